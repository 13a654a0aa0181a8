//! What flows: the content of a release, and the states things go through.

mod boilerplate;
mod listing;
mod submission;
#[cfg(test)]
mod tests;

pub use boilerplate::Boilerplate;
pub use listing::Listing;

use crate::address::MailAddress;
use crate::language::LanguageTag;
use crate::place::Place;
use crate::time::ClearTime;
use crate::topic::TopicSlug;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The content of one submitted text in one edition, after lint: every field holds what it promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// Slugs of the organisations it speaks for, in order ("SOURCE A and B"); one or more.
    pub issuers: Vec<String>,
    /// The agency or person who acts for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// The submitter's key for the story; editions with the same key tell one story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    /// Region and language of this text.
    pub edition: Edition,
    /// One line.
    pub headline: String,
    /// One line under the headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subheadline: Option<String>,
    /// One or two sentences for alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Where the news comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dateline: Option<Dateline>,
    /// When it may leave; none means at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear: Option<ClearTime>,
    /// The lane asked for; policy decides.
    #[serde(default)]
    pub lane: Lane,
    /// What it is about.
    #[serde(default)]
    pub topics: Vec<TopicSlug>,
    /// Where the news happens.
    #[serde(default)]
    pub places: Vec<Place>,
    /// Listed securities it concerns.
    #[serde(default)]
    pub tickers: Vec<Listing>,
    /// Whom to ask.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// The "About" paragraphs. Releases stored before there was one per issuer hold `boilerplate` as text.
    #[serde(
        default,
        alias = "boilerplate",
        deserialize_with = "boilerplate::one_or_many"
    )]
    pub boilerplates: Vec<Boilerplate>,
    /// Related links.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Pictures, films, documents, by URL.
    #[serde(default)]
    pub media: Vec<Media>,
    /// The body as submitted.
    pub body: Body,
}

impl Release {
    /// The summary, or the first words of the body's text: what an alert shows, at most `max_chars` characters.
    pub fn summary_or_lead(&self, body_text: &str, max_chars: usize) -> String {
        let text = self.summary.as_deref().unwrap_or(body_text);
        let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match one_line.char_indices().nth(max_chars) {
            None => one_line,
            Some((end, _)) => {
                let cut = one_line[..end].rfind(' ').unwrap_or(end);
                format!(
                    "{}…",
                    one_line[..cut].trim_end_matches([',', ';', ':', ' '])
                )
            }
        }
    }

    /// A moment of its clearing in its own zone (UTC where it names none).
    pub fn in_zone(&self, at_ms: i64) -> ClearTime {
        let zone = self
            .clear
            .as_ref()
            .map_or("UTC", |clear| clear.zone.as_str());
        ClearTime {
            at_ms,
            zone: zone.to_owned(),
        }
    }

    /// The first contact whom readers may write to.
    pub fn reply_contact(&self) -> Option<&Contact> {
        self.contacts
            .iter()
            .find(|contact| contact.visibility == Visibility::Public && contact.email.is_some())
    }
}

/// Region and language of a text, and whom it is meant for: `US/es` is neither `ES/es` nor `US/es/investors`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edition {
    /// An ISO 3166-1 country or a UN M.49 area.
    pub region: Place,
    /// A BCP 47 tag.
    pub language: LanguageTag,
    /// Whom the text is meant for, as a slug such as `investors`; none means everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.region, self.language)?;
        match &self.audience {
            Some(audience) => write!(f, "/{audience}"),
            None => Ok(()),
        }
    }
}

impl Edition {
    /// Reads what `Display` gives; none for anything else.
    pub fn parse(text: &str) -> Option<Edition> {
        let mut parts = text.split('/');
        let edition = Edition {
            region: Place::parse(parts.next()?).ok()?,
            language: LanguageTag::parse(parts.next()?).ok()?,
            audience: parts.next().map(str::to_owned),
        };
        parts.next().is_none().then_some(edition)
    }
}

/// The place a release is dated from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dateline {
    /// As printed, usually in capitals.
    pub city: String,
    /// State or province as printed, where usage wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Place>,
}

/// The submitted text, in the form it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", content = "text", rename_all = "lowercase")]
pub enum Body {
    /// CommonMark with tables.
    Markdown(String),
    /// HTML, sanitised whenever it is rendered.
    Html(String),
}

/// The agency or person who acts for the issuers of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// As printed.
    pub name: String,
    /// Their mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<MailAddress>,
    /// As printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Whom to ask about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A person or a desk.
    pub name: String,
    /// Their role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Their mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<MailAddress>,
    /// As printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Who may see it.
    #[serde(default)]
    pub visibility: Visibility,
}

/// Who may see a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Every reader.
    #[default]
    Public,
    /// Signed-in media only: never printed on the page or in an alert.
    Media,
}

/// A link beside the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// An http or https URL.
    pub url: String,
    /// What it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A picture, film or document by URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// An http or https URL.
    pub url: String,
    /// A media type such as `image/jpeg`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What it shows, for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// What it shows, for those who do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
    /// What others may do with it, in words or as a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

impl Media {
    /// Whether its type says that it is a picture.
    pub fn is_picture(&self) -> bool {
        self.media_type
            .as_deref()
            .is_some_and(|kind| kind.starts_with("image/"))
    }
}

/// Implements the text form of a closed set of names, as stored and as shown.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The name as stored and shown.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// Reads what [`Self::as_str`] gives.
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<$name, String> {
                $name::parse(&text).ok_or_else(|| format!("no {} is called `{text}`", stringify!($name)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use named;

named! {
    /// Which of the two queues of a stage; flash never waits behind regular.
    #[derive(Default)]
    Lane {
        /// Kills, corrections, market-moving news.
        Flash => "flash",
        /// All else.
        #[default]
        Regular => "regular",
    }
}

named! {
    /// How an alert travels.
    Channel {
        /// SMTP.
        Email => "email",
        /// HTTP POST.
        Webhook => "webhook",
    }
}

named! {
    /// Where a release stands on its way to the wire.
    ReleaseState {
        /// Not yet submitted.
        Draft => "draft",
        /// Awaiting review.
        Submitted => "submitted",
        /// Stopped by hand.
        Held => "held",
        /// Waits for its clear time.
        Scheduled => "scheduled",
        /// Out on the wire.
        Cleared => "cleared",
        /// Corrected after it cleared.
        Corrected => "corrected",
        /// Withdrawn after it cleared.
        Killed => "killed",
        /// Refused at review.
        Refused => "refused",
        /// Withdrawn before it cleared.
        Cancelled => "cancelled",
    }
}

named! {
    /// Whether an editor of the wire sees an issuer's releases before they go.
    #[derive(Default)]
    Review {
        /// They go by themselves.
        None => "none",
        /// Until one of them has cleared.
        #[default]
        FirstRelease => "first-release",
        /// Each of them.
        Always => "always",
    }
}

named! {
    /// Whether an approver of the issuer's own sees its releases before they go.
    #[derive(Default)]
    Approval {
        /// Who may submit may also let go.
        #[default]
        None => "none",
        /// Each release needs an approver.
        Required => "required",
    }
}

named! {
    /// What a signed-in person may do.
    Right {
        /// Write and submit for an issuer.
        Submitter => "submitter",
        /// Approve for an issuer what others submitted.
        Approver => "approver",
        /// Review for the wire.
        Editor => "editor",
        /// Run the wire.
        Operator => "operator",
    }
}

named! {
    /// What becomes of an edition that joins a story which has cleared.
    LateEditions {
        /// It waits for an editor.
        Wait => "wait",
        /// It goes like any other.
        Follow => "follow",
    }
}

named! {
    /// What an alert tells.
    AlertKind {
        /// One revision of one story.
        Story => "story",
        /// Asks the owner of a mail address whether they asked for alerts.
        Confirm => "confirm",
        /// Asks a webhook to prove that it wants calls.
        Challenge => "challenge",
        /// Carries the link by which somebody signs in.
        SignIn => "sign-in",
        /// Tells a submitter where a release stands.
        Notice => "notice",
        /// Shows the owner of an endpoint that it works.
        Test => "test",
        /// Several items in one mail.
        Digest => "digest",
        /// Carries the links by which a reader changes what they get.
        Manage => "manage",
    }
}

named! {
    /// Where a delivery stands. Everything but `due` is final.
    DeliveryState {
        /// Waits for its first try or for a retry.
        Due => "due",
        /// The receiver said yes.
        Delivered => "delivered",
        /// Given up, with the reason.
        Dead => "dead",
        /// Not sent: unsubscribed, paused or suppressed meanwhile.
        Suppressed => "suppressed",
        /// Not sent: the story has a newer revision.
        Superseded => "superseded",
    }
}

named! {
    /// Where an endpoint stands.
    EndpointState {
        /// Not confirmed yet: nothing but a confirmation goes there.
        Pending => "pending",
        /// Alerts go there.
        Active => "active",
        /// Stopped by its owner for a while.
        Paused => "paused",
        /// Stopped by the wire: gone, or failing for days.
        Disabled => "disabled",
        /// Removed by its owner.
        Deleted => "deleted",
    }
}

named! {
    /// Where a subscription stands.
    SubscriptionState {
        /// Asked for on a page, by somebody who has not shown yet that the address is theirs.
        Pending => "pending",
        /// Matches.
        Active => "active",
        /// Kept, but does not match.
        Paused => "paused",
        /// Removed or unsubscribed.
        Deleted => "deleted",
    }
}

named! {
    /// How much of the text an alert by mail carries.
    Extent {
        /// The whole release.
        Full => "full",
        /// Headline, summary and a link.
        Link => "link",
    }
}

named! {
    /// What a reader is told of stories that are near identical.
    #[derive(Default)]
    Repeats {
        /// Each of them.
        #[default]
        Each => "each",
        /// The first that reaches them.
        Once => "once",
    }
}

named! {
    /// How calls to a webhook are signed (Standard Webhooks 1.0.0).
    #[derive(Default)]
    Signing {
        /// By a secret that both sides know: `v1`, HMAC-SHA256.
        #[default]
        Hmac => "hmac",
        /// By a key of the wire whose other half is public: `v1a`, ed25519.
        Ed25519 => "ed25519",
    }
}

named! {
    /// How much of a release calls to a webhook carry.
    #[derive(Default)]
    Include {
        /// What a list shows of it.
        #[default]
        Summary => "summary",
        /// Its text, too.
        Body => "body",
    }
}

named! {
    /// What the owner of a webhook is told of its receiver.
    Trouble {
        /// It has failed for a while.
        Stalled => "stalled",
        /// It has failed for days: it was taken out of use.
        Disabled => "disabled",
        /// It said that it is gone (410): it was taken out of use.
        Gone => "gone",
    }
}

impl Edition {
    /// Stands in while a submission without a readable edition is linted for the rest; such a release is never kept.
    pub(crate) fn placeholder() -> Edition {
        Edition {
            region: Place::parse("001").expect("001 is the world"),
            language: LanguageTag::parse("und").expect("und is a tag"),
            audience: None,
        }
    }
}
