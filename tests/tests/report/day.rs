//! A week of business of all eight kinds of operations, reported by the real function, and every number held against a
//! plain reckoning over the rows: in the sums, and in the words that the operator reads.
//!
//! `cargo test` writes a few hundred operations; `REPORTED_OPERATIONS=20000 cargo test -p tests --test report day` as many as
//! a good day has. With `REPORTED_INTO=some/folder` the pictures and words are written there, to be looked at.

use std::collections::BTreeMap;
use std::time::Instant;

use app::report::zone;
use app::texts::{Locale, Say};
use domain::report::{Period, Span};
use domain::time::Timestamp;
use reckoning::{Columns, Line, Rows, count, rounded, sum};
use serde_json::json;
use tests::stage::{OPERATOR, Stage};

use crate::ANNA;
use crate::world::World;

/// How many operations the day has, unless somebody asks for more.
const FEW: u64 = 400;

fn operations() -> u64 {
    let asked = std::env::var("REPORTED_OPERATIONS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(FEW)
}

/// Both periods' pictures and words, to be looked at, where somebody wants to.
async fn show(stage: &Stage, period: &Period) {
    let Ok(folder) = std::env::var("REPORTED_INTO") else {
        return;
    };
    let business = stage.report.reporter.gather(period.clone()).await.unwrap();
    for locale in [Locale::Ru, Locale::En] {
        let name = format!("{folder}/{}-{}", period.key().replace('#', "-"), locale.as_str());
        let say = Say::in_(locale);
        std::fs::write(format!("{name}.html"), app::report::text(say, &business)).unwrap();
        std::fs::write(
            format!("{name}.png"),
            app::report::chart(say, &business).png().unwrap(),
        )
        .unwrap();
    }
}

/// A day of so many operations, some on the other days of its week, and the morning after it.
async fn week(stage: &Stage, operations: u64) {
    let day = Period::of(Span::Day, &zone(), "2026-11-22").unwrap();
    let week = Period::of(Span::Week, &zone(), "2026-11-22").unwrap();
    let weeks_ago = Period::of(Span::Week, &zone(), "2026-11-05").unwrap();
    let mut world = World::open(stage, i64::try_from(operations / 25).unwrap().max(12)).await;
    for number in 0..operations {
        world.operation(&day).await;
        if number % 8 == 0 {
            world.operation(&week).await;
        }
        if number % 10 == 0 {
            for period in [&day, &week, &weeks_ago] {
                world.payment(period).await;
            }
            world.gift(if number % 20 == 0 { &day } else { &weeks_ago }).await;
        }
        if number % 16 == 0 {
            world.note(&day).await;
        }
    }
    world.goes_back(&weeks_ago, &day).await;
    stage
        .clock
        .set(Timestamp::parse_rfc3339("2026-11-23T06:00:00Z").unwrap());
}

/// Every sum that is no word.
async fn sums_agree(stage: &Stage, rows: &Rows, period: &Period) {
    let business = stage.report.reporter.gather(period.clone()).await.unwrap();
    let (from, until) = (period.from.0, period.until.0);
    let lines = rows.lines(from, until);
    let charged = |line: &Line| {
        if line.status == "completed" {
            line.credits
        } else {
            0
        }
    };
    let all = business.sums.all;
    assert_eq!(all.requests, u64::try_from(lines.len()).unwrap());
    assert_eq!(all.credits, sum(&lines, charged));
    assert_eq!(all.cost.0, sum(&lines, |line| line.micro_usd.unwrap_or(0)));
    assert_eq!(all.kopecks(), rounded(&lines));
    // What customers were charged is what the ledger has taken for the orders of that time.
    assert_eq!(sum(&lines, charged), rows.captured(from, until));
    for category in domain::cost::Category::ALL {
        assert!(business.sums.categories[&category].completed > 0, "{category:?}");
    }
    for (part, begins) in period.parts.iter().enumerate() {
        let ends = period.parts.get(part + 1).map_or(until, |next| next.0);
        let within: Vec<&Line> = lines
            .iter()
            .copied()
            .filter(|line| (begins.0..ends).contains(&line.at))
            .collect();
        let tally = business.parts[part];
        assert_eq!(
            tally.completed,
            count(&within, |line| line.status == "completed"),
            "part {part}"
        );
        assert_eq!(
            tally.failed,
            count(&within, |line| line.status == "failed" && !line.canceled),
            "part {part}"
        );
        assert_eq!(
            tally.requests,
            u64::try_from(within.len()).unwrap(),
            "part {part}"
        );
    }
    assert!(business.is_whole());
    assert_eq!(all.canceled, count(&lines, |line| line.canceled));
    assert!(all.canceled > 0, "a customer takes something back");
    // Money of all kinds has moved in this time, some of it of payments from before it.
    let tills = business.takings.tills.values();
    let flows = tills.flat_map(|till| [till.accepted, till.refunded, till.charged_back, till.again]);
    let earlier: u64 = flows.map(|flow| flow.earlier).sum();
    assert!(earlier > 0 || period.span == Span::Week, "{:?}", business.takings);
}

/// Days add up to their week, whatever went back when: what moved is in one of them, and in one only.
async fn days_add_up(stage: &Stage, week: &Period) {
    let gather = async |period: Period| stage.report.reporter.gather(period).await.unwrap().takings;
    let whole = gather(week.clone()).await;
    let (mut left, mut sold) = (BTreeMap::new(), BTreeMap::new());
    for begins in &week.parts {
        let noon = begins
            .after(domain::time::Millis::from_mins(15 * 60))
            .rfc3339()
            .unwrap();
        let day = gather(Period::of(Span::Day, &zone(), &noon[..10]).unwrap()).await;
        for (currency, minor) in day.left() {
            *left.entry(currency).or_insert(0) += minor;
        }
        for (plan, currency, minor) in day.plans.iter().flat_map(|(plan, sums)| {
            sums.iter()
                .map(move |(currency, minor)| (plan.clone(), *currency, *minor))
        }) {
            *sold.entry((plan, currency)).or_insert(0) += minor;
        }
    }
    assert_eq!(left, whole.left());
    assert!(
        sold.iter()
            .all(|((plan, currency), minor)| whole.plans[plan][currency] == *minor)
    );
}

/// The ledger has what payments gave: no revenue without goods, and no goods without revenue.
fn the_ledger_knows_every_payment(rows: &Rows) {
    for paid in &rows.paid {
        let key = (paid.user.unwrap(), format!("grant#purchase#{}", paid.id));
        let given = rows.ledger.get(&key).copied();
        let never = ["new", "void", "held"].contains(&paid.state.as_str());
        assert_eq!(given, (!never).then_some(paid.credits), "{}", paid.id);
    }
}

/// What the picture's columns are of.
fn columns(period: &Period, beginning: &str) -> Columns {
    let day_month = |begins: &Timestamp| {
        let day = begins
            .after(domain::time::Millis::from_mins(180))
            .rfc3339()
            .unwrap();
        format!("{}.{}", &day[8..10], &day[5..7])
    };
    let label = |(part, begins): (usize, &Timestamp)| match period.span {
        Span::Day => (part.to_string(), begins.0),
        Span::Week => (day_month(begins), begins.0),
    };
    Columns {
        title: beginning.trim_start_matches("📊 ").to_owned(),
        heading: match period.span {
            Span::Day => "Операции по часам",
            Span::Week => "Операции по дням",
        },
        parts: period.parts.iter().enumerate().map(label).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_the_report_is_what_the_rows_say() {
    let stage = Stage::with(|setting| {
        let rate = json!({"rub_per_usd": [{"rate": 80}], "rub_per_star": [{"rate": "1.04"}]});
        setting.settings.costs = Some(serde_json::from_value(rate).unwrap());
    })
    .await;
    stage.newcomer(OPERATOR).await;
    let begun = Instant::now();
    week(&stage, operations()).await;
    let written = begun.elapsed();
    let rows = Rows::read(&stage.db, |name| stage.aws.table_name(name).unwrap().to_owned()).await;
    let begun = Instant::now();
    let told = stage.report().await.unwrap();
    let reported = begun.elapsed();
    assert_eq!(told, json!({"day#2026-11-22": "sent", "week#2026-11-16": "sent"}));
    the_ledger_knows_every_payment(&rows);
    let chat = stage.telegram.chat(OPERATOR);
    for (span, beginning) in [
        (Span::Day, "📊 Отчёт за 22.11.2026"),
        (Span::Week, "📊 Отчёт за неделю 16.11.2026 – 22.11.2026"),
    ] {
        let period = Period::of(span, &zone(), "2026-11-22").unwrap();
        sums_agree(&stage, &rows, &period).await;
        show(&stage, &period).await;
        if span == Span::Week {
            days_add_up(&stage, &period).await;
        }
        let messages: Vec<_> = chat
            .iter()
            .filter(|message| message.text().starts_with(beginning))
            .collect();
        let [words @ .., picture] = &messages[..] else {
            panic!("{} messages", messages.len());
        };
        assert!(
            words.len() > 1 || span == Span::Day,
            "a week of such a shop is too long for one"
        );
        let words = reckoning::joined(words.iter().map(|message| message.text()));
        let found = reckoning::differences(&words, &rows, period.from.0, period.until.0);
        assert_eq!(found, Vec::<String>::new(), "in:\n{words}");
        assert!(
            messages
                .iter()
                .rev()
                .skip(1)
                .all(|message| message.now.media.is_none())
        );
        let reckoned = reckoning::chart(&columns(&period, beginning), &rows, period.from.0, period.until.0);
        let png = reckoned.png().unwrap().into();
        stage.telegram.send_photo(ANNA, png, "").await.unwrap();
        let [told, drawn] = [picture, stage.telegram.chat(ANNA).last().unwrap()]
            .map(|message| message.now.photo().unwrap().bytes.clone());
        assert!(told == drawn, "the picture says something else: {reckoned:?}");
    }
    let lines = rows.lines.len();
    println!("{lines} lines written in {written:?}, two reports made and sent in {reported:?}");
    assert_eq!(stage.aws.refusals(), []);
}
