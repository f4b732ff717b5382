//! What every provider promises, run against every played one. A promise is one function over [`Stage`], and names no
//! provider; a provider is one file here, which says how its played server is made to do each thing.
#![allow(
    clippy::disallowed_methods,
    reason = "the served providers of a test are tasks of their own"
)]
#![allow(clippy::unwrap_used, reason = "what goes wrong on the stage fails the test")]

mod kie;
mod promises;
mod stage;
mod studios;
mod tokens;

/// The suite for one provider.
macro_rules! keeps_its_promises {
    ($name:ident, $stage:expr) => {
        mod $name {
            use crate::promises;

            async fn stage() -> crate::stage::Stage {
                $stage.await
            }

            keeps_its_promises!(@ takes_an_order refuses_what_it_cannot_make refuses_such_things
                turns_away_when_busy tells_an_empty_account_from_a_busy_moment takes_no_other_key
                leaves_what_was_lost_unknown says_surely_not_when_it_was_not_reached finds_what_was_lost_by_name
                tells_how_far_it_is gives_a_video_out makes_a_video_of_a_photo says_success_without_a_file
                moderates_late fails_and_says_so replaces_an_address_that_has_run_out gives_files_out_to_everybody_or_to_us_alone does_not_know_strangers
                ends_nothing_when_a_question_is_not_answered has_retired_models names_its_task_when_it_calls_back
                shows_no_secrets);
        }
    };
    (@ $($promise:ident)*) => {
        $(
            #[tokio::test]
            async fn $promise() {
                let stage = stage().await;
                promises::$promise(&stage).await;
                assert_eq!((stage.complaints)(), Vec::<String>::new());
            }
        )*
    };
}

keeps_its_promises!(of_kie, crate::kie::stage("kling-3.0"));
keeps_its_promises!(of_kie_pictures, crate::kie::stage("nano-banana-2"));
keeps_its_promises!(of_kie_songs, crate::kie::stage("suno-v5"));
keeps_its_promises!(of_kie_speech, crate::kie::stage("eleven-turbo-2.5"));
keeps_its_promises!(
    of_kling,
    crate::studios::stage(&played_studios::kling::PROTOCOL, "kling-3.0")
);
keeps_its_promises!(
    of_kling_v1,
    crate::studios::stage(&played_studios::kling_v1::PROTOCOL, "kling-v2-5-turbo")
);
keeps_its_promises!(
    of_google,
    crate::studios::stage(&played_studios::google::PROTOCOL, "gemini-omni-1.2-flash")
);
keeps_its_promises!(
    of_vertex,
    crate::studios::stage(&played_studios::vertex::PROTOCOL, "veo-3.1-fast-generate-001")
);
keeps_its_promises!(
    of_luma,
    crate::studios::stage(&played_studios::luma::PROTOCOL, "ray-3.2")
);
keeps_its_promises!(
    of_minimax,
    crate::studios::stage(&played_studios::minimax::PROTOCOL, "MiniMax-H3")
);
