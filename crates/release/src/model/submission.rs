//! From a release back to what a submitter would have written.

use super::{Agent, Body, Contact, Dateline, Link, Listing, Media, Release, Visibility};
use crate::time::{ClearTime, rfc3339};
use serde_json::{Map, Value, json};

impl Release {
    /// The submission that lints to this release: the documented fields, those that say nothing left out.
    pub fn to_submission(&self) -> Map<String, Value> {
        let mut fields = Fields(Map::new());
        fields.put("issuers", json!(self.issuers));
        fields.put("agent", self.agent.as_ref().map_or(Value::Null, agent));
        fields.put("story", json!(self.story));
        fields.put("edition", json!(self.edition));
        fields.put("headline", json!(self.headline));
        fields.put("subheadline", json!(self.subheadline));
        fields.put("summary", json!(self.summary));
        fields.put(
            "dateline",
            self.dateline.as_ref().map_or(Value::Null, dateline),
        );
        if let Some(clear) = &self.clear {
            fields.put("clear_at", json!(clear_at(clear)));
            fields.put("zone", json!(clear.zone));
        }
        fields.put("lane", json!(self.lane));
        fields.put("topics", json!(self.topics));
        fields.put("places", json!(self.places));
        fields.put("tickers", list(&self.tickers, ticker));
        fields.put("contacts", list(&self.contacts, contact));
        fields.put("boilerplate", boilerplate(self));
        fields.put("links", list(&self.links, link));
        fields.put("media", list(&self.media, medium));
        fields.put("body", json!(self.body.source()));
        if let Body::Html(_) = self.body {
            fields.put("body_format", json!("html"));
        }
        fields.0
    }
}

/// An object that takes only what says something.
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            self.0.insert(name.to_owned(), value);
        }
    }
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    let mut fields = Fields(Map::new());
    for (name, value) in pairs {
        fields.put(name, value);
    }
    Value::Object(fields.0)
}

fn list<T>(entries: &[T], write: fn(&T) -> Value) -> Value {
    entries.iter().map(write).collect()
}

/// With the offset of its zone, or in UTC where that would lose milliseconds.
fn clear_at(clear: &ClearTime) -> String {
    let local = clear.rfc3339();
    match ClearTime::parse(&local, Some(&clear.zone)) {
        Ok(same) if same == *clear => local,
        _ => rfc3339(clear.at_ms),
    }
}

fn agent(agent: &Agent) -> Value {
    let Agent { name, email, phone } = agent;
    object([
        ("name", json!(name)),
        ("email", json!(email)),
        ("phone", json!(phone)),
    ])
}

fn dateline(dateline: &Dateline) -> Value {
    let Dateline {
        city,
        region,
        country,
    } = dateline;
    object([
        ("city", json!(city)),
        ("region", json!(region)),
        ("country", json!(country)),
    ])
}

fn ticker(listing: &Listing) -> Value {
    json!(listing)
}

fn contact(contact: &Contact) -> Value {
    let visibility = match contact.visibility {
        Visibility::Public => "public",
        Visibility::Media => "media",
    };
    object([
        ("name", json!(contact.name)),
        ("role", json!(contact.role)),
        ("email", json!(contact.email)),
        ("phone", json!(contact.phone)),
        ("visibility", json!(visibility)),
    ])
}

/// Text where one stands for all issuers, a list where each issuer has its own.
fn boilerplate(release: &Release) -> Value {
    match release.boilerplates.as_slice() {
        [] => Value::Null,
        [one] if one.issuer.is_none() => json!(one.text),
        many => json!(many),
    }
}

fn link(link: &Link) -> Value {
    object([("url", json!(link.url)), ("title", json!(link.title))])
}

fn medium(media: &Media) -> Value {
    object([
        ("url", json!(media.url)),
        ("type", json!(media.media_type)),
        ("caption", json!(media.caption)),
        ("alt", json!(media.alt)),
        ("credit", json!(media.credit)),
        ("licence", json!(media.licence)),
    ])
}
