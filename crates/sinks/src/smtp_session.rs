//! One mail client's connection.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::smtp::SmtpDesk;
use crate::smtp_dialogue::{Dialogue, Next, Phase};
use crate::smtp_input::Input;
use crate::smtp_mood::{SmtpMood, SmtpStage};

/// Serves one connection to its end. An error is a client that went away, which is no concern of a sink.
pub(crate) async fn serve(mut stream: TcpStream, desk: Arc<SmtpDesk>) {
    let dialogue = Dialogue::new(desk.clone());
    let born = dialogue.mood;
    let mut session = Session {
        desk,
        born,
        dialogue,
    };
    let _ = session.run(&mut stream).await;
}

struct Session {
    desk: Arc<SmtpDesk>,
    /// The mood in which the connection was taken.
    born: SmtpMood,
    dialogue: Dialogue,
}

impl Session {
    async fn run(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        match self.dialogue.mood {
            SmtpMood::Mute => return stall(stream).await,
            SmtpMood::Refuse421 => self.dialogue.reply("421 4.3.2 come back later"),
            _ => match self.dialogue.trouble(SmtpStage::Greeting) {
                None => self.dialogue.reply("220 sink.invalid ESMTP"),
                Some(Next::Stall) => return stall(stream).await,
                Some(Next::Read | Next::Close) => {
                    self.flush(stream).await?;
                    return stream.shutdown().await;
                }
            },
        }
        self.flush(stream).await?;
        if self.dialogue.mood == SmtpMood::Refuse421 {
            return stream.shutdown().await;
        }
        let mut input = Input::default();
        while input.fill(stream).await? {
            self.dialogue.mood = self.desk.mood();
            let next = self.take(&mut input);
            self.flush(stream).await?;
            match next {
                Next::Read => {}
                Next::Stall => return stall(stream).await,
                Next::Close => return stream.shutdown().await,
            }
        }
        Ok(())
    }

    /// Answers every complete command and message in the buffer: one read, one flight of replies (RFC 2920).
    fn take(&mut self, input: &mut Input) -> Next {
        match self.dialogue.mood {
            SmtpMood::Mute => return Next::Stall,
            SmtpMood::Refuse421 => {
                self.dialogue.reply("421 4.3.2 come back later");
                return Next::Close;
            }
            SmtpMood::TakesLeave if self.born != SmtpMood::TakesLeave => {
                self.dialogue.reply("421 4.4.2 idle for too long");
                return Next::Close;
            }
            _ => {}
        }
        loop {
            if matches!(self.dialogue.phase, Phase::Message)
                && let Some(next) = self.dialogue.trouble(SmtpStage::Message)
            {
                return next;
            }
            let next = match self.dialogue.phase {
                Phase::Message => match input.message() {
                    Some(message) => self.dialogue.message(message),
                    None => return Next::Read,
                },
                Phase::Command | Phase::Credentials => match input.line() {
                    Ok(Some(line)) => self.dialogue.line(line),
                    Ok(None) => return Next::Read,
                    Err(_) => {
                        self.dialogue
                            .reply("500 5.5.2 lines end with CR LF and are shorter");
                        Next::Close
                    }
                },
            };
            if !matches!(next, Next::Read) {
                return next;
            }
        }
    }

    async fn flush(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        if self.dialogue.output.is_empty() {
            return Ok(());
        }
        match self.dialogue.mood {
            SmtpMood::Slow(pause) => {
                for line in self.dialogue.output.split_inclusive(|&byte| byte == b'\n') {
                    if line.get(3) != Some(&b'-') {
                        sleep(pause).await;
                    }
                    stream.write_all(line).await?;
                }
            }
            SmtpMood::Far(round_trip) => {
                sleep(round_trip).await;
                stream.write_all(&self.dialogue.output).await?;
            }
            _ => stream.write_all(&self.dialogue.output).await?,
        }
        self.dialogue.output.clear();
        Ok(())
    }
}

/// Says nothing more, and ends when the client does.
async fn stall(stream: &mut TcpStream) -> io::Result<()> {
    let mut ignored = [0; 4_096];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
