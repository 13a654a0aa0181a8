//! How each engine makes an empty queue for a case, and clears up after it.

use crate::broker;
use queue::{Queue, RabbitMqConfig};

pub(crate) async fn embedded<F>(capacity: usize, case: impl FnOnce(Queue) -> F)
where
    F: Future<Output = ()>,
{
    case(Queue::embedded(capacity)).await;
}

pub(crate) async fn rabbitmq<F>(capacity: usize, case: impl FnOnce(Queue) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut config = RabbitMqConfig::new(broker::url());
    config.prefix = broker::prefix();
    config.capacity = capacity;
    let prefix = config.prefix.clone();
    let queue = Queue::rabbitmq_once(config).await.unwrap();

    let ended = tokio::spawn(case(queue)).await;

    broker::delete(&broker::url(), &prefix).await;
    if let Err(failure) = ended {
        std::panic::resume_unwind(failure.into_panic());
    }
}
