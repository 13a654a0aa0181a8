//! Answers to questions that stages leave in the store: how many endpoints a release would reach.

use crate::{Router, plan};
use queue::Telling;
use std::time::Duration;
use store::{QuestionRow, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::error;

/// How often a router looks for questions when nobody tells it of one.
const POLL: Duration = Duration::from_millis(250);
/// Nobody waits for an answer any more after this.
const PATIENCE_MS: i64 = 30_000;

impl Router {
    /// Answers until stopped.
    pub(crate) async fn answer(&self, stop: &CancellationToken) {
        let mut tellings = self.queue.listen();
        loop {
            if let Err(error) = self.answer_all().await {
                error!(%error, worker = "router", "questions could not be answered: {error}");
            }
            let told =
                async { while !matches!(tellings.recv().await, Ok(Telling::Asked) | Err(_)) {} };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(POLL) => {}
                () = told => {}
            }
        }
    }

    /// Answers every open question. Two routers answering the same do no harm: the first answer stands.
    pub async fn answer_all(&self) -> Result<(), StoreError> {
        let now_ms = self.clock.now_ms();
        let questions = self.store.open_questions(now_ms - PATIENCE_MS).await?;
        if questions.is_empty() {
            return Ok(());
        }
        self.refresh().await?;
        for question in questions {
            let id = question.id;
            let answer = self.reach(question).await;
            self.store.answer(id, &answer, now_ms - PATIENCE_MS).await?;
        }
        self.queue.tell(Telling::Answered);
        Ok(())
    }

    /// Counts on a thread of its own: matching is pure computing.
    async fn reach(&self, question: QuestionRow) -> String {
        let (index, taxonomy) = (self.index(), self.taxonomy.clone());
        let counting = tokio::task::spawn_blocking(move || {
            let subject = plan::subject_of(&question.body, &taxonomy)?;
            let reach = index.reach(&subject);
            serde_json::to_string(&reach).map_err(|error| error.to_string())
        });
        let answer: Result<String, String> = match counting.await {
            Ok(answer) => answer,
            Err(error) => Err(error.to_string()),
        };
        answer.unwrap_or_else(|error| {
            error!(%error, worker = "router", "a question could not be answered: {error}");
            "null".to_owned()
        })
    }
}
