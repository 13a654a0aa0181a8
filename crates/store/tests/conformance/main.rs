//! What every engine of the store must do. Each case is a function that takes an empty store; an engine joins with one
//! line at the end of this file, and a module in `engines` that makes one.

#![expect(clippy::unwrap_used, reason = "a query that fails is a failed test")]

mod engines;
mod fixtures;
mod grown;
mod known_reader;

mod accepting;
mod access;
mod adding;
mod alike;
mod archive;
mod asking;
mod auditing;
mod backing_up;
mod between;
mod blasting;
mod bouncing;
mod claiming;
mod clearing;
mod coming_back;
mod complete;
mod copying;
mod digests;
mod durability;
mod endpoints;
mod erasing;
mod failing;
mod getting;
mod halting;
mod hooking;
mod migrating;
mod outcomes;
mod owning;
mod people;
mod planning;
mod postgres_server;
mod preferences;
mod pruning;
mod redelivering;
mod reports;
mod retries;
mod reviewing;
mod sharing;
mod signing_up;
mod speed;
mod sqlite_file;
mod sqlite_words;
mod stopping;
mod subscriptions;
mod suppressing;
mod sweeping;
mod tracing;
mod watching;

/// Makes a test of each case on one engine. A case that is not listed here is dead code, and so a warning.
macro_rules! run_on {
    ($engine:ident; between { $($pair:ident,)+ } $($theme:ident { $($case:ident,)+ })+) => {
        mod $engine {
            $(mod $theme {
                $(#[tokio::test]
                async fn $case() {
                    let place = crate::engines::$engine::Place::new();
                    let store = place.open().await.unwrap();

                    crate::$theme::$case(store.clone()).await;

                    store.close().await;
                })+
            })+

            /// Two processes that opened one store.
            mod between {
                $(#[tokio::test]
                async fn $pair() {
                    let place = crate::engines::$engine::Place::new();
                    let (a, b) = (place.open().await.unwrap(), place.open().await.unwrap());

                    crate::between::$pair(a.clone(), b.clone()).await;

                    a.close().await;
                    b.close().await;
                })+
            }

            #[tokio::test]
            async fn everything_is_found_after_reopening() {
                let place = crate::engines::$engine::Place::new();
                let (before, after) = (place.open().await.unwrap(), || place.open());

                crate::durability::everything_is_found_after_reopening(before, after).await;
            }
        }
    };
}

/// Every case, on the engine named.
macro_rules! conformance {
    ($engine:ident) => {
        run_on! { $engine;
            between {
                seq_has_no_gaps,
                request_that_both_get_is_accepted_once,
                editions_that_come_at_once_tell_one_story,
                last_words_said_at_once_schedule_the_bundle,
                clearing_and_holding_a_bundle_is_all_or_nothing,
                alert_that_both_route_reaches_everybody_once,
                batch_that_both_claim_is_one_workers,
                retries_that_both_gather_are_in_one_batch_each,
                batches_that_both_sweep_are_hinted_once,
                question_keeps_the_answer_that_was_first,
                address_that_both_meet_is_one_endpoint,
                words_recorded_during_an_erasing_do_not_stay,
                outcomes_that_both_record_count_once,
                question_that_both_ask_is_one,
                first_signing_key_that_both_ask_for_is_one,
                word_and_question_at_once_leave_nothing_hanging,
                stories_alike_that_both_route_are_linked,
            }
            alike {
                near_texts_are_linked_from_both_sides_and_once,
                editions_and_old_texts_are_not_linked,
                only_who_was_delivered_to_and_wishes_so_was_told,
                other_figures_are_linked_and_told,
                correction_follows_those_who_were_told_of_its_story,
                wish_is_kept_with_its_endpoint,
            }
            accepting {
                accepted_release_is_read_back_whole,
                repeated_submission_is_the_release_it_made,
                idempotency_key_of_another_body_is_refused,
                idempotency_keys_of_two_tokens_are_apart,
                edition_of_a_story_is_taken_once,
                cancelled_edition_leaves_its_place_free,
                editions_with_the_same_key_tell_one_story,
                same_submission_sent_at_once_is_accepted_once,
                releases_are_listed_newest_first_by_page,
            }
            access {
                token_is_found_by_its_secret_until_revoked,
                tokens_are_listed_oldest_first_revoked_too,
                secret_belongs_to_one_token,
                slug_belongs_to_one_issuer,
                issuer_is_changed_by_its_slug,
                issuers_are_listed_by_slug,
                link_key_stays_the_same,
                workers_are_listed_while_they_beat,
            }
            adding {
                same_filter_of_an_endpoint_is_one_subscription,
                subscriptions_added_under_a_key_are_added_once,
                same_request_sent_at_once_is_added_once,
                key_of_subscriptions_that_were_refused_stays_free,
            }
            archive {
                marks_are_written_in_the_order_of_the_wire,
                marks_of_another_folding_are_written_anew,
                stories_are_listed_by_their_first_item,
                marked_stories_are_listed_by_the_first_item_that_bears_the_mark,
                marks_are_probed_counted_and_read_by_prefix,
                items_are_read_whole_and_only_once_cleared,
                issuers_are_heard_of_once_a_release_cleared,
            }
            asking {
                mail_that_was_asked_for_is_read_back_whole,
                mails_to_one_address_keep_their_distance,
                address_has_its_peace_after_a_days_mails,
                refused_mail_leaves_nothing,
                of_mails_asked_for_at_once_one_is_written,
                case_of_an_address_gives_no_second_mail,
                reader_who_confirms_can_ask_again_at_once,
                mail_that_waits_for_its_turn_leaves_then,
                address_has_preferences_once_something_was_asked_for,
            }
            auditing {
                acts_are_read_whole_newest_first_page_by_page,
                what_gives_and_takes_rights_is_written_with_it,
            }
            backing_up {
                restored_store_sends_nothing_until_it_is_told_how_far_the_wire_had_got,
            }
            bouncing {
                hard_bounces_and_complaints_suppress_at_once,
                third_soft_bounce_within_seven_days_pauses,
                nothing_comes_back_from_a_webhook_or_from_nobody,
                words_of_a_bounce_are_held_until_erased_and_not_kept_after,
            }
            blasting {
                question_is_asked_once_and_nothing_is_due_meanwhile,
                question_stands_after_a_start,
                word_lets_it_go_once,
                what_is_stopped_is_routed_to_nobody_and_can_go_later,
                edition_that_joins_is_asked_about_anew,
                reaches_of_the_last_stories_are_read_newest_first,
            }
            claiming {
                leased_batch_is_taken_until_its_lease_ends,
                of_two_workers_claiming_at_once_one_wins,
                batch_claimed_too_often_is_poisoned,
                poisoned_batch_can_be_opened_again,
                batch_given_back_does_not_come_nearer_to_poison,
                an_outcome_starts_the_count_of_claims_again,
                lease_is_renewed_by_its_owner_only,
                lease_taken_by_another_is_not_renewed,
                batch_given_back_is_found_at_once,
                finished_batch_is_not_claimed,
            }
            clearing {
                release_clears_once,
                release_that_is_not_due_does_not_clear,
                only_scheduled_releases_clear,
                seq_has_no_gaps_under_concurrent_clears,
                edition_that_clears_later_opens_the_alert_again,
                routing_of_an_older_generation_does_not_finish,
                stories_have_alerts_of_their_own,
            }
            coming_back {
                erased_address_that_signs_up_again_starts_anew,
                suppression_holds_on_however_an_erased_address_comes_back,
                suppression_stays_while_somebody_else_uses_the_address,
            }
            endpoints {
                endpoint_is_read_back_whole,
                confirmed_endpoint_brings_its_filters_to_life,
                disabled_endpoint_takes_its_filters_out,
                direct_alert_goes_to_one_endpoint,
                alert_about_a_story_without_a_story_is_refused,
                suppressed_address_is_known_when_sending,
            }
            erasing {
                everything_held_about_an_endpoint_is_shown,
                deleted_subscriptions_are_held_and_shown_too,
                nothing_is_shown_of_an_erased_endpoint,
                erasing_leaves_the_ledgers_counts,
                erasing_one_reader_takes_nothing_from_another,
                nothing_more_is_sent_to_an_erased_endpoint,
                words_of_a_receiver_that_come_after_erasing_are_not_kept,
            }
            getting {
                recent_alerts_are_the_endpoints_own_newest_first,
                result_of_the_last_test_is_shown,
            }
            failing {
                first_failure_is_kept_until_a_success,
                one_of_all_that_ask_tries_an_endpoint,
                owner_is_told_once_that_it_stalls,
                endpoint_is_taken_out_of_use_once_and_back_by_its_owner,
                what_an_endpoint_missed_is_counted,
                revision_waits_for_the_one_before_and_that_for_nothing,
                poisoned_revision_is_not_waited_for,
                workers_that_live_are_counted_by_role,
            }
            hooking {
                wishes_are_kept_one_by_one_and_nobody_elses,
                old_secrets_hold_beside_the_newest_for_their_time,
                only_webhooks_that_are_there_have_a_secret_to_rotate,
                the_first_signing_key_is_made_when_it_is_asked_for,
                a_signing_key_signs_beside_the_next_until_it_is_retired,
            }
            halting {
                what_is_halted_is_not_hinted_until_resumed,
                halt_is_made_once_and_lifted_once,
                halted_batch_is_given_back_whole_and_not_nearer_to_poison,
                halted_work_is_counted_and_not_late,
            }
            outcomes {
                each_verdict_moves_its_state_and_its_counter,
                outcomes_recorded_twice_change_nothing,
                outcome_that_stands_is_kept,
                delivery_that_waits_for_its_retry_is_not_due_in_its_batch,
                batch_is_done_when_all_have_outcomes,
                two_workers_recording_at_once_count_once,
                outcome_of_a_delivery_that_moved_on_is_not_counted,
                latencies_of_deliveries_are_kept_by_batch,
            }
            owning {
                subscribers_token_is_its_owners,
                erasing_an_endpoint_takes_its_owners_tokens,
            }
            people {
                person_is_found_changed_and_removed,
                address_belongs_to_one_person_until_they_are_removed,
                people_are_listed_by_address_page_by_page,
                sign_in_opens_one_session_in_its_time,
                open_sign_ins_of_one_person_are_few,
                removed_person_has_no_session,
                alert_to_an_address_makes_nobody_a_reader,
                submitter_is_told_of_each_step_once,
                report_does_not_wait_for_ever,
                question_is_answered_once_and_forgotten,
            }
            planning {
                planned_batch_is_read_back_whole,
                endpoint_planned_twice_leaves_nothing_of_the_second_batch,
                of_two_routers_planning_the_same_one_wins,
                batch_without_deliveries_is_refused,
                finished_routing_counts_what_was_matched,
            }
            preferences {
                subscriptions_of_one_endpoint_are_listed_in_their_order,
                owner_looks_after_a_mailbox_and_its_webhooks,
                changed_subscription_is_read_back_and_heard_of,
                changing_a_paused_subscription_does_not_resume_it,
                changed_endpoint_keeps_what_was_not_said,
                subscription_is_changed_through_its_own_endpoint_only,
                pausing_an_endpoint_keeps_the_state_of_each_subscription,
                only_what_was_active_can_be_paused_and_resumed,
                what_drains_is_paused_and_knows_what_was_there,
            }
            digests {
                what_waits_is_gathered_at_the_hour_and_not_before,
                outcome_of_a_digest_is_that_of_its_members,
                what_a_digest_left_out_has_an_outcome_of_its_own,
                reader_with_too_many_mails_waits_for_one,
                two_gatherings_at_once_tell_each_delivery_once,
                replayed_member_is_not_told_by_its_digest_too,
                frequency_is_read_back_and_heard_of,
                reader_at_the_end_of_a_full_look_is_told_of_all_by_the_next,
            }
            pruning {
                what_is_old_and_settled_goes_and_nothing_else,
                what_is_still_due_is_kept_however_old,
            }
            redelivering {
                what_is_sent_again_is_counted_once,
                what_was_delivered_stays_delivered,
                only_what_ended_and_is_asked_for_is_sent_again,
                deliveries_of_an_endpoint_are_found_by_state_and_time,
            }
            reports {
                report_counts_by_channel,
                report_of_one_release_leaves_out_the_others,
                deliveries_of_a_release_are_read_page_by_page,
                ledger_is_read_page_by_page,
                dead_deliveries_are_listed_newest_first,
                status_counts_what_waits,
                empty_store_is_idle_and_writable,
            }
            retries {
                retries_are_gathered_when_due_not_before,
                retries_are_gathered_by_alert_release_and_channel,
                gathered_batches_are_no_larger_than_asked,
                two_gatherings_at_once_take_each_retry_once,
                delivery_in_the_second_round_is_matched_once,
                retry_without_an_attempt_waits_too,
                dead_deliveries_are_replayed,
            }
            reviewing {
                last_missing_word_schedules_the_release,
                approval_of_another_text_is_refused,
                bundle_is_accepted_all_or_none,
                bundle_waits_for_all_and_clears_as_one,
                bundle_is_held_moved_and_cancelled_as_one,
                held_release_that_nobody_approved_does_not_go_on_to_the_wire,
                query_keeps_the_release_where_it_is,
                draft_takes_no_edition_until_it_is_submitted,
                cleared_text_cannot_be_replaced,
                first_clearing_of_an_issuer_is_remembered,
                releases_are_found_by_state_time_and_issuer,
                items_are_read_in_their_order,
                text_that_was_read_can_be_read_again,
                only_the_text_that_was_read_is_replaced,
            }
            sharing {
                clock_is_measured_against_the_stores_own,
                room_is_made_once,
            }
            signing_up {
                stranger_changes_nothing_that_the_reader_chose,
                shown_consent_activates_what_a_stranger_asked_for,
                reader_confirms_what_they_were_shown_and_no_more,
                confirming_twice_changes_nothing,
                confirmed_webhook_still_has_to_answer_its_challenge,
                secret_is_renewed_while_nobody_has_seen_it,
            }
            stopping {
                held_release_is_kept_until_it_is_moved,
                cancelled_release_stays_cancelled,
                stopping_too_late_says_how_many_were_told,
                of_clearing_and_stopping_at_once_one_wins,
                of_clearing_and_moving_at_once_one_wins,
                what_an_editor_holds_only_an_editor_lets_go,
                another_text_does_not_lift_a_hold,
            }
            subscriptions {
                subscription_is_read_back_whole,
                sums_are_of_the_filters_that_match,
                endpoint_is_used_again,
                subscriptions_are_stored_all_or_none,
                asking_again_does_not_activate_without_consent,
                endpoint_that_starts_over_announces_all_its_filters,
                subscription_is_paused_resumed_and_deleted,
                changes_are_read_in_their_order,
                subscriptions_are_listed_by_page_and_by_address,
                unsubscribing_reaches_ones_own_endpoint_only,
                names_of_subscriptions_are_found_by_endpoint,
                change_that_commits_late_is_not_skipped,
            }
            suppressing {
                suppression_is_added_once_and_lifted,
                many_are_suppressed_at_once_and_first_reasons_stand,
                suppressions_are_listed_oldest_first_page_by_page,
                what_was_erased_is_not_lifted,
            }
            sweeping {
                due_releases_are_found_flash_first,
                nothing_is_due_in_an_empty_store,
                unrouted_alert_is_hinted_once_in_a_while,
                batch_without_a_living_lease_is_hinted_once_in_a_while,
                voided_leases_make_all_unfinished_work_findable,
            }
            tracing {
                delivery_is_traced_through_its_attempts,
                deliveries_of_an_endpoint_are_traced_newest_first,
                what_a_digest_told_is_traced_to_it,
                halted_delivery_is_traced_as_halted,
            }
            watching {
                alert_shows_what_became_of_its_batches,
                poisoned_batch_is_shown_so,
                alerts_are_listed_newest_first_and_by_release,
            }
        }
    };
}

conformance!(sqlite);
conformance!(postgres);
