use super::*;
use crate::account::Place;
use crate::catalog::Rules;
use crate::cost::ModelCost;
use crate::id::{ChatId, Fence, FileId, JobId, MessageId, NONCE_CHARS, Nonce, TaskId};
use crate::job::{Bill, Event, Order, RenderedFile};
use crate::time::Jitter;
use crate::video::Aspect;

const START: Timestamp = Timestamp(1_795_251_600_000);
const LATER: Timestamp = Timestamp(1_795_251_690_000);

fn costing() -> Costing {
    Costing {
        expected: Some(MicroUsd(350_000)),
        billed_unit: Some(MicroUsd(5_000)),
        kopecks_per_usd: Some(8_000),
        tokens: 50_000,
        subscription: Some("pro_month".to_owned()),
        kept: Millis::from_mins(60),
        token_rate: None,
    }
}

fn job(costing: Option<Costing>) -> Job {
    let order = Order {
        model: ModelId("kling-3.0".into()),
        provider: "kie".into(),
        makes: crate::catalog::Makes::Video,
        family: "kling-3.0".into(),
        others: vec![],
        prompt: "ёж в тумане".into(),
        image: None,
        aspect: Aspect::Portrait,
        duration_s: 5,
        quality: None,
        locale: "ru".into(),
        typical: Millis::from_mins(1),
        poll_after: Millis::from_mins(2),
        render_max: Millis::from_mins(25),
        plan: None,
        costing,
        quiet: false,
        sketch: None,
    };
    let rules = Rules {
        signup_credits: Credits(9),
        active_jobs_max: 2,
        limits: vec![],
        wait_max: Millis::from_mins(30),
        settle_max: Millis::from_mins(60),
    };
    let id = JobId {
        user: UserId(7),
        nonce: Nonce::from_random([1; NONCE_CHARS]),
    };
    let place = Place {
        chat: ChatId(7),
        message: MessageId(9),
    };
    Job::accepted(id, order, Credits(2), vec![], place, &rules, START)
}

fn after(job: Job, events: impl IntoIterator<Item = (Event, Timestamp)>) -> Job {
    let step = |job: Job, (event, at): (Event, Timestamp)| job.apply(event, at).unwrap().after;
    events.into_iter().fold(job, step)
}

fn running() -> Job {
    let accepted = Event::Accepted {
        fence: Fence(1),
        task: TaskId("task-1".into()),
    };
    after(
        job(Some(costing())),
        [
            (
                Event::Claim {
                    lease_until: LATER,
                    way: None,
                },
                START,
            ),
            (accepted, START),
        ],
    )
}

fn rendered(billed_milli: Option<u64>) -> Job {
    let succeeded = Event::Succeeded {
        file: RenderedFile {
            url: "https://x/1.mp4".into(),
            bytes: 1,
            billed_milli,
        },
        deliver_until: LATER,
    };
    after(running(), [(succeeded, START)])
}

fn delivered(billed_milli: Option<u64>) -> AiRequest {
    let file = Some(FileId("file".into()));
    let done = after(rendered(billed_milli), [(Event::Delivered { file }, LATER)]);
    AiRequest::of(&done).unwrap()
}

#[test]
fn an_order_that_is_accepted_is_pending_and_has_cost_nothing_yet() {
    let line = AiRequest::of(&job(Some(costing()))).unwrap();
    assert_eq!(
        (line.status, line.cost, line.took, line.attempts),
        (Status::Pending, None, None, 0)
    );
    assert_eq!((line.credits, line.tokens), (Credits(2), 50_000));
    assert_eq!(line.subscription.as_deref(), Some("pro_month"));
    assert!(!line.is_unlimited);
    assert_eq!(
        AiRequest::of(&job(None)),
        None,
        "of an order from before the log nothing is known"
    );
}

#[test]
fn a_delivered_one_cost_what_the_provider_billed_or_else_what_was_expected() {
    let line = delivered(Some(62_500));
    let billed = Cost {
        micro_usd: MicroUsd(312_500),
        kopecks: Some(2_500),
        source: Source::Provider,
    };
    assert_eq!((line.status, line.cost), (Status::Completed, Some(billed)));
    assert_eq!(line.took, Some(Millis(90_000)));
    assert_eq!(
        (line.result.as_deref(), line.task.as_deref()),
        (Some("file"), Some("task-1"))
    );
    let listed = Cost {
        micro_usd: MicroUsd(350_000),
        kopecks: Some(2_800),
        source: Source::PriceList,
    };
    assert_eq!(delivered(None).cost, Some(listed));
}

#[test]
fn what_nobody_said_a_price_of_cost_nobody_knows_what() {
    let unknown = Costing {
        expected: None,
        ..costing()
    };
    assert_eq!(unknown.cost(None, None), None);
    let without_rate = Costing {
        kopecks_per_usd: None,
        billed_unit: None,
        ..costing()
    };
    assert_eq!(
        without_rate.cost(Some(1), None),
        Some(Cost {
            micro_usd: MicroUsd(350_000),
            kopecks: None,
            source: Source::PriceList,
        }),
        "a bill in units that nobody knows the price of says nothing"
    );
}

#[test]
fn a_failed_one_is_charged_to_nobody_and_cost_us_something_only_if_there_was_a_render() {
    let failed = Event::TaskFailed {
        failure: Failure::Moderation,
        jitter: Jitter(0),
    };
    let line = AiRequest::of(&after(running(), [(failed, LATER)])).unwrap();
    assert_eq!(
        (line.status, line.error.as_deref(), line.credits, line.cost),
        (Status::Failed, Some("moderation"), Credits::ZERO, None)
    );
    let gone = Event::CannotDeliver {
        failure: Failure::FileGone,
    };
    let line = AiRequest::of(&after(rendered(None), [(gone, LATER)])).unwrap();
    assert_eq!((line.status, line.credits), (Status::Failed, Credits::ZERO));
    assert_eq!(line.cost.map(|cost| cost.micro_usd), Some(MicroUsd(350_000)));
    let canceled = after(job(Some(costing())), [(Event::Cancel, LATER)]);
    let line = AiRequest::of(&canceled).unwrap();
    assert_eq!(
        (line.status, line.error.as_deref()),
        (Status::Failed, Some("canceled"))
    );
}

#[test]
fn one_of_which_nobody_knows_whether_it_was_taken_on_waits() {
    let claimed = (
        Event::Claim {
            lease_until: LATER,
            way: None,
        },
        START,
    );
    let unknown = after(
        job(Some(costing())),
        [claimed, (Event::OutcomeUnknown { can_ask: false }, START)],
    );
    let line = AiRequest::of(&unknown).unwrap();
    assert_eq!((line.status, line.attempts), (Status::TimeoutWaiting, 1));
}

#[test]
fn what_is_put_down_with_an_order_comes_from_the_settings_of_its_moment() {
    let model = ModelId("kling-3.0".to_owned());
    let mut costs = Costs {
        billed_units: [("kie".to_owned(), MicroUsd(5_000))].into(),
        kopecks_per_usd: vec![(START, 8_000)],
        kept: Millis(5),
        ..Costs::default()
    };
    let rates = vec![];
    let cost = ModelCost {
        provider: "kie".to_owned(),
        category: Category::VideoGen,
        rates,
    };
    costs.models.insert(model.clone(), cost);
    let price = Price {
        micro_usd: 9,
        tokens: 3,
        ..Price::new(5, Credits(1))
    };
    let of = |provider: &str, now| Costing::of(&costs, &model, provider, Some(&price), Some("day"), now);
    let wanted = Costing {
        expected: Some(MicroUsd(9)),
        billed_unit: Some(MicroUsd(5_000)),
        kopecks_per_usd: Some(8_000),
        tokens: 3,
        subscription: Some("day".to_owned()),
        kept: Millis(5),
        token_rate: None,
    };
    assert_eq!(of("kie", START), wanted);
    let other = of("google", Timestamp(START.0 - 1));
    assert_eq!((other.billed_unit, other.kopecks_per_usd), (None, None));
}

#[test]
fn of_the_words_only_the_beginning_is_kept() {
    assert_eq!(kept_of("ёж в тумане", 2).as_deref(), Some("ёж"));
    assert_eq!(kept_of("ёж", 200).as_deref(), Some("ёж"));
    assert_eq!((kept_of("ёж", 0), kept_of("", 5)), (None, None));
}

#[test]
fn names_are_read_as_they_are_written() {
    assert!(
        Status::ALL
            .into_iter()
            .all(|status| Status::parse(status.as_str()) == Some(status))
    );
    assert!(
        Source::ALL
            .into_iter()
            .all(|source| Source::parse(source.as_str()) == Some(source))
    );
    assert_eq!((Status::parse("done"), Source::parse("us")), (None, None));
}

#[test]
fn a_line_says_what_kind_of_operation_it_is() {
    let mut order = job(Some(costing()));
    order.order.makes = crate::catalog::Makes::Image;
    assert_eq!(AiRequest::of(&order).unwrap().category, Category::ImageGen);
    order.order.image = Some(crate::job::Image {
        file_id: "photo".to_owned(),
    });
    assert_eq!(AiRequest::of(&order).unwrap().category, Category::ImageEdit);
}

#[test]
fn words_cost_what_their_tokens_cost() {
    let rate = crate::cost::Rate {
        from: START,
        unit: crate::cost::Unit::Token,
        per: 1_000_000,
        price: MicroUsd(250_000),
        price_out: MicroUsd(2_000_000),
    };
    let by_tokens = Costing {
        expected: None,
        token_rate: Some(rate),
        ..costing()
    };
    let answer = Answer {
        text: "a cat".to_owned(),
        tokens_in: 1_000,
        tokens_out: 200,
    };
    let cost = by_tokens.cost(None, Some(&answer)).unwrap();
    assert_eq!((cost.micro_usd, cost.source), (MicroUsd(650), Source::PriceList));
    assert_eq!(by_tokens.cost(None, None), None, "nobody knows");
}

/// A job whose render fails, and what it is billed for that.
fn failed(job: &Job, failure: Failure, bill: Bill) -> Job {
    let jitter = Jitter(0);
    let change = job.apply(Event::TaskFailed { failure, jitter }, LATER).unwrap();
    change.billed(bill).after
}

fn spent(job: &Job) -> Option<(u64, Source)> {
    let cost = AiRequest::of(job).unwrap().cost;
    cost.map(|cost| (cost.micro_usd.0, cost.source))
}

#[test]
fn what_is_billed_for_nothing_stands_in_the_line_of_what_failed() {
    for (bill, expected) in [
        (Bill::Nothing, None),
        (Bill::Said(0), None),
        (Bill::Said(62_500), Some((312_500, Source::Provider))),
        (Bill::Made, Some((350_000, Source::PriceList))),
    ] {
        let job = failed(&running(), Failure::Moderation, bill);
        assert_eq!(job.stage, Stage::Failed);
        assert_eq!(spent(&job), expected, "{bill:?}");
    }
    let line = AiRequest::of(&failed(&running(), Failure::Moderation, Bill::Made)).unwrap();
    assert_eq!(line.cost.and_then(|cost| cost.kopecks), Some(2_800));
    assert_eq!(Bill::of(Some(0), true), Bill::Said(0), "its own word goes first");
    assert_eq!(
        (Bill::of(None, true), Bill::of(None, false)),
        (Bill::Made, Bill::Nothing)
    );
}

#[test]
fn each_attempt_in_vain_is_added_to_what_the_good_one_cost() {
    let queued = failed(&running(), Failure::NoFile, Bill::Made);
    assert_eq!(
        (queued.stage, spent(&queued)),
        (Stage::Queued, None),
        "it goes on"
    );
    let again = Event::Claim {
        lease_until: Timestamp(i64::MAX),
        way: None,
    };
    let accepted = Event::Accepted {
        fence: Fence(2),
        task: TaskId("task-2".into()),
    };
    let due = queued.due_at.unwrap();
    let running = after(queued, [(again, due), (accepted, due)]);
    let twice = failed(&running, Failure::Moderation, Bill::Said(62_500));
    assert_eq!(
        spent(&twice),
        Some((662_500, Source::PriceList)),
        "the less sure of both"
    );
    let file = RenderedFile {
        url: "https://x/2.mp4".into(),
        bytes: 1,
        billed_milli: Some(62_500),
    };
    let succeeded = Event::Succeeded {
        file,
        deliver_until: Timestamp(i64::MAX),
    };
    let file = Some(FileId("file".into()));
    let done = after(running, [(succeeded, due), (Event::Delivered { file }, due)]);
    assert_eq!(spent(&done), Some((662_500, Source::PriceList)));
}

#[test]
fn an_answer_of_no_use_costs_what_its_tokens_cost() {
    let mut words = after(
        job(Some(costing())),
        [(
            Event::Claim {
                lease_until: LATER,
                way: None,
            },
            START,
        )],
    );
    let rejected = |job: &Job| {
        let failure = Failure::Provider;
        let change = job.apply(Event::Rejected { failure }, LATER).unwrap();
        let bill = Bill::Tokens {
            went_in: 1_000,
            came_out: 200,
        };
        AiRequest::of(&change.billed(bill).after).unwrap()
    };
    assert_eq!(
        rejected(&words).cost.map(|cost| cost.micro_usd),
        Some(MicroUsd(350_000)),
        "where tokens have no price, what was expected"
    );
    words.order.costing.as_mut().unwrap().token_rate = Some(crate::cost::Rate {
        from: START,
        unit: crate::cost::Unit::Token,
        per: 1_000_000,
        price: MicroUsd(250_000),
        price_out: MicroUsd(2_000_000),
    });
    let line = rejected(&words);
    assert_eq!(line.cost.map(|cost| cost.micro_usd), Some(MicroUsd(650)));
    assert_eq!((line.tokens_in, line.tokens_out), (1_000, 200));
}

/// What a line says of what it cost: that, and the least that it is where that is not known.
fn known(job: &Job) -> (Option<u64>, Option<u64>) {
    let line = AiRequest::of(job).unwrap();
    (spent(job).map(|(sum, _)| sum), line.at_least.map(|least| least.0))
}

/// Submitted once more, after what has come to nothing, and running.
fn again(queued: Job) -> Job {
    let due = queued.due_at.unwrap();
    let claim = Event::Claim {
        lease_until: Timestamp(i64::MAX),
        way: None,
    };
    let accepted = Event::Accepted {
        fence: Fence(2),
        task: TaskId("task-2".into()),
    };
    after(queued, [(claim, due), (accepted, due)])
}

#[test]
fn a_render_of_unknown_cost_after_one_that_was_billed_cost_nobody_knows_what_but_at_least_that() {
    let mut second = again(failed(&running(), Failure::NoFile, Bill::Made));
    let costing = second.order.costing.as_mut().unwrap();
    (costing.expected, costing.billed_unit) = (None, None);
    let url = "https://x/2.mp4".into();
    let file = RenderedFile {
        url,
        bytes: 1,
        billed_milli: None,
    };
    let succeeded = Event::Succeeded {
        file,
        deliver_until: Timestamp(i64::MAX),
    };
    let at = second.due_at.unwrap();
    let done = after(second, [(succeeded, at), (Event::Delivered { file: None }, at)]);
    assert_eq!(known(&done), (None, Some(350_000)));
}

#[test]
fn a_bill_that_nobody_knows_the_sum_of_is_not_forgotten_once_a_later_one_is_known() {
    let nobody_knows = Costing {
        expected: None,
        billed_unit: None,
        ..costing()
    };
    let mut first = running();
    first.order.costing = Some(nobody_knows.clone());
    let ended = failed(&first, Failure::Moderation, Bill::Made);
    assert_eq!(known(&ended), (None, Some(0)), "it is counted among the unknown");
    let mut second = again(failed(&first, Failure::NoFile, Bill::Made));
    second.order.costing = Some(costing());
    let ended = failed(&second, Failure::Moderation, Bill::Said(62_500));
    assert_eq!(known(&ended), (None, Some(312_500)));
    // Tokens are counted, whatever they cost.
    let tokens = Bill::Tokens {
        went_in: 7,
        came_out: 5,
    };
    let ended = failed(&first, Failure::Moderation, tokens);
    let line = AiRequest::of(&ended).unwrap();
    assert_eq!((line.tokens_in, line.tokens_out, line.cost), (7, 5, None));
    assert!(ended.vain.unwrap().unknown);
}
