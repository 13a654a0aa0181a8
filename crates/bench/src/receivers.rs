//! Where everything arrives: sinks on loopback, in this process.

use crate::audience::Audience;
use crate::item::{CALL_BYTES, MAIL_BYTES};
use anyhow::{Context, Result, ensure};
use sinks::{HttpSink, Keep, SmtpSink};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// A relay and a webhook server.
pub(crate) struct Receivers {
    pub(crate) smtp: SmtpSink,
    pub(crate) http: HttpSink,
}

impl Receivers {
    pub(crate) fn start() -> Result<Receivers> {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Ok(Receivers {
            smtp: SmtpSink::start_keeping(loopback, Keep::Ids)
                .context("the SMTP sink cannot listen")?,
            http: HttpSink::start_keeping(loopback, Keep::Ids)
                .context("the webhook sink cannot listen")?,
        })
    }

    pub(crate) fn clear(&self) {
        self.smtp.clear();
        self.http.clear();
    }

    /// Waits until the sinks have seen as much as the audience is sent, or for a while.
    pub(crate) async fn everything(&self, audience: Audience, patience: Duration) -> bool {
        let (http, smtp) = tokio::join!(
            self.http.wait_for(audience.webhooks, patience),
            self.smtp.wait_for(audience.mailboxes, patience)
        );
        http.is_ok() && smtp.is_ok()
    }

    /// Checks that what the wire sent is as large as what bare clients send; else it would be held against clients that
    /// carry more, or less.
    ///
    /// # Errors
    /// A size that is more than a twentieth off.
    pub(crate) fn check_sizes(&self) -> Result<()> {
        let calls = self.http.calls().into_iter().map(|call| call.size_bytes);
        let mails = self.smtp.mails().into_iter().map(|mail| mail.size_bytes);
        let calls = calls.map(|size| ("call", size, CALL_BYTES));
        for (what, size, wanted) in calls.chain(mails.map(|size| ("mail", size, MAIL_BYTES))) {
            ensure!(
                size.abs_diff(wanted) < wanted / 20,
                "a {what} has {size} bytes instead of about {wanted}"
            );
        }
        Ok(())
    }
}
