//! Lines on standard error.

use std::io::{IsTerminal, Write};

use super::line::{LogLine, Paint};
use crate::settings::LogFormat;

/// Where printed bytes go.
pub(super) type Output = Box<dyn Fn(&[u8]) + Send + Sync>;

/// The form of printed lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Text(Paint),
    /// One object a line.
    Json,
}

/// Prints lines.
pub(super) struct Console {
    form: Form,
    output: Output,
}

impl Console {
    pub(super) fn new(form: Form, output: Output) -> Console {
        Console { form, output }
    }

    /// The console of this process.
    pub(super) fn of_process(format: LogFormat) -> Console {
        let is_terminal = std::io::stderr().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let paint = if is_terminal && !no_colour {
            Paint::Colours
        } else {
            Paint::Plain
        };
        let form = match format {
            LogFormat::Text => Form::Text(paint),
            LogFormat::Auto if is_terminal => Form::Text(paint),
            LogFormat::Auto | LogFormat::Json => Form::Json,
        };
        Console::new(form, Box::new(print))
    }

    /// Prints one line, in one write, so that lines of several threads do not mix.
    pub(super) fn print(&self, line: &LogLine) {
        let mut text = match self.form {
            Form::Text(paint) => line.text(paint),
            Form::Json => serde_json::Value::Object(line.fields.clone()).to_string(),
        };
        text.push('\n');
        (self.output)(text.as_bytes());
    }
}

fn print(bytes: &[u8]) {
    // A closed standard error must not end the wire, and there is nowhere left to say so.
    let _ = std::io::stderr().lock().write_all(bytes);
}
