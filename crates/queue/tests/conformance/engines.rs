//! How each engine makes an empty queue.

use queue::Queue;

pub(crate) async fn embedded(capacity: usize) -> Queue {
    Queue::embedded(capacity)
}
