//! How each engine makes an empty queue for a case, and clears up after it.

use crate::broker;
use queue::Queue;

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
    let mut room = broker::room();
    room.capacity = capacity;
    let queue = Queue::rabbitmq_once(room.clone()).await.unwrap();

    broker::in_room(room, |_room| case(queue)).await;
}
