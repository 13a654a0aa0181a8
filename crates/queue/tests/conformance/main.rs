//! What every engine of the queue must do. Each case is a function that takes an empty queue of the capacity
//! `CAPACITY`; an engine joins with one line at the end of this file, and a function in `engines` that makes one.

#![expect(clippy::unwrap_used, reason = "a queue that fails is a failed test")]

#[path = "../shared/broker.rs"]
mod broker;
#[path = "../shared/messages.rs"]
mod messages;

mod engines;
mod fixtures;

mod closing;
mod handing;
mod telling;
mod wire;

/// Makes a test of each case on one engine. A case that is not listed here is dead code, and so a warning.
macro_rules! run_on {
    ($engine:ident; $($theme:ident { $($case:ident,)+ })+) => {
        mod $engine {
            $(mod $theme {
                $(#[tokio::test]
                async fn $case() {
                    let case = |queue| crate::fixtures::in_time(crate::$theme::$case(queue));

                    crate::engines::$engine(crate::fixtures::CAPACITY, case).await;
                })+
            })+
        }
    };
}

/// Every case, on the engine named.
macro_rules! conformance {
    ($engine:ident) => {
        run_on! { $engine;
            handing {
                messages_arrive_as_they_were_published,
                six_queues_are_apart,
                regular_work_does_not_hold_up_flash,
                empty_queue_gives_nothing,
                receiver_waits_for_the_next_message,
                full_queue_holds_its_publisher_until_there_is_room,
                full_queue_does_not_hold_up_the_others,
                offer_to_a_full_queue_is_refused,
                offers_are_taken_again_once_there_is_room,
                each_message_goes_to_one_receiver,
                acknowledged_message_does_not_come_back,
                receiver_that_gives_up_loses_nothing,
                clones_are_one_queue,
            }
            telling {
                every_listener_hears_everything_in_order,
                what_nobody_listens_to_is_lost,
                slow_listener_misses_the_oldest_and_holds_up_nobody,
                tellings_are_not_messages,
            }
            closing {
                closed_queue_neither_takes_nor_gives,
                closing_ends_those_who_wait,
                what_was_received_can_be_acknowledged_while_closing,
                closing_does_not_wait_beyond_its_limit,
            }
        }
    };
}

conformance!(embedded);
conformance!(rabbitmq);
