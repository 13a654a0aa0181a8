//! The layer that turns events into lines.

use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::Now;
use super::console::Console;
use super::fields::Fields;
use super::line::{self, LogLine};
use super::tail::Tail;

/// One layer for console and tail, so that a line is built once and each span's fields are kept once.
pub(super) struct LineLayer {
    console: Console,
    filter: EnvFilter,
    tail: Arc<Tail>,
    now: Now,
}

impl LineLayer {
    pub(super) fn new(console: Console, filter: EnvFilter, tail: Arc<Tail>, now: Now) -> LineLayer {
        LineLayer {
            console,
            filter,
            tail,
            now,
        }
    }

    fn line<S>(&self, event: &Event<'_>, ctx: &Context<'_, S>) -> LogLine
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let metadata = event.metadata();
        let mut fields = Map::new();
        fields.insert(
            "time".to_owned(),
            release::time::rfc3339((self.now)()).into(),
        );
        fields.insert(
            "level".to_owned(),
            line::level_name(*metadata.level()).into(),
        );
        fields.insert("target".to_owned(), metadata.target().into());
        fields.insert("message".to_owned(), Value::from(""));
        for span in ctx
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.extend(of_span.clone().into_map());
            }
        }
        let mut own = Fields::default();
        event.record(&mut own);
        fields.extend(own.into_map());
        LogLine {
            level: *metadata.level(),
            fields,
        }
    }
}

impl<S> Layer<S> for LineLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // The filter is asked in any case: it notes callsites of spans that its directives name.
        let interest = Layer::<S>::register_callsite(&self.filter, metadata);
        if self.tail.wants(metadata) {
            Interest::always()
        } else {
            interest
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, ctx: Context<'_, S>) -> bool {
        self.tail.wants(metadata) || self.filter.enabled(metadata, ctx)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.filter
            .max_level_hint()
            .map(|level| level.max(self.tail.level()))
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let metadata = event.metadata();
        let for_console = self.filter.enabled(metadata, ctx.clone());
        let for_tail = self.tail.wants(metadata);
        if !for_console && !for_tail {
            return;
        }
        let line = self.line(event, &ctx);
        if for_console {
            self.console.print(&line);
        }
        if for_tail {
            self.tail.send(&line);
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().replace(fields);
        }
        self.filter.on_new_span(attributes, id, ctx);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        if let Some(span) = ctx.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
        self.filter.on_record(id, values, ctx);
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        self.filter.on_enter(id, ctx);
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, S>) {
        self.filter.on_exit(id, ctx);
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        self.filter.on_close(id, ctx);
    }
}
