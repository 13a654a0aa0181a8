//! A message that is held for longer than the broker allows (`consumer_timeout`, half an hour as it comes).
//!
//! A worker acknowledges a batch once all of it is on its way, which a receiver that hangs and few slots may delay as long. The
//! broker then closes the channel, which costs a session: what was held is given out again, and the store's lease says who has it.

use crate::messages::{in_time, message};
use crate::private::Broker;
use crate::{BACK_WITHIN, MAIL, TURN};
use queue::Queue;

#[tokio::test(flavor = "multi_thread")]
async fn message_that_is_held_too_long_comes_again_and_work_goes_on() {
    let _turn = TURN.lock().await;
    let broker = Broker::start().await;
    for setting in ["consumer_timeout, 1000", "channel_tick_interval, 500"] {
        let set = format!("application:set_env(rabbit, {setting}).");
        broker.run(&["rabbitmqctl", "eval", &set]).await;
    }
    let queue = Queue::rabbitmq_once(broker.config()).await.unwrap();
    in_time(queue.publish(message(MAIL, 1))).await.unwrap();

    let held = in_time(queue.receive(MAIL)).await.unwrap();
    let again = tokio::time::timeout(BACK_WITHIN, queue.receive(MAIL));
    let again = again.await.expect("it comes again").unwrap();

    assert_eq!(again.message, held.message);
    // Whoever held it finds out nothing by it: the acknowledgement is void.
    in_time(held.ack()).await.unwrap();
    in_time(again.ack()).await.unwrap();
    in_time(queue.publish(message(MAIL, 2))).await.unwrap();
    let next = in_time(queue.receive(MAIL)).await.unwrap();
    assert_eq!(next.message, message(MAIL, 2), "nothing comes a third time");
    in_time(next.ack()).await.unwrap();
    broker.wipe().await;
}
