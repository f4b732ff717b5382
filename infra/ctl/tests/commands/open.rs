//! Open orders: in one order from all parts of their index, and those that are stuck or should be over.

use std::collections::BTreeSet;

use app::Clock as _;
use domain::id::{JobId, NONCE_CHARS, Nonce, shard_of};
use domain::job::Job;
use domain::time::{Millis, Timestamp};
use store::rows;
use table::Write;

use super::money::{accepted, order_id};
use super::place::{Place, soon};

fn order(number: u8, at: Timestamp) -> Job {
    let id = JobId {
        nonce: Nonce::from_random([number; NONCE_CHARS]),
        ..order_id()
    };
    accepted(id, at)
}

async fn put(place: &Place, jobs: &[Job]) {
    let found = place.found().await;
    let table = found.output("JobsTable").unwrap();
    for job in jobs {
        let write = Write::put("job", table, rows::job_item(job));
        found.db().write(write, soon()).await.unwrap();
    }
}

async fn listed(place: &Place, more: &[&str]) -> (Vec<String>, bool) {
    let told = place.ctl(&[&["jobs"], more].concat()).await.unwrap();
    let jobs = told.json["jobs"].as_array().unwrap();
    let names = jobs.iter().map(|job| job["job"].as_str().unwrap().to_owned());
    (names.collect(), told.json["more"] == true)
}

#[tokio::test]
async fn the_longest_overdue_come_first_whatever_part_of_the_index_they_lie_in() {
    let place = Place::new().await;
    let begin = Timestamp(1_795_306_667_000);
    let moment = |number: u8| begin.after(Millis(i64::from(number) * 7 % 30));
    let mut jobs: Vec<Job> = (0..30).map(|number| order(number, moment(number))).collect();
    put(&place, &jobs).await;
    let shards: BTreeSet<u32> = jobs.iter().map(|job| shard_of(&job.id.to_string())).collect();
    assert!(shards.len() > 4, "{shards:?}");
    jobs.sort_by_key(|job| job.due_at);
    let names: Vec<String> = jobs.iter().map(|job| job.id.to_string()).collect();
    assert_eq!(listed(&place, &[]).await, (names.clone(), false));
    for limit in ["1", "3", "29"] {
        let number: usize = limit.parse().unwrap();
        assert_eq!(
            listed(&place, &["--limit", limit]).await,
            (names[..number].to_vec(), true)
        );
    }
    let table = place.ctl(&["jobs", "--csv", "--limit", "30"]).await.unwrap();
    let mut read = csv::Reader::from_reader(table.text.as_bytes());
    let first = read.headers().unwrap().iter().next().map(str::to_owned);
    let read: Vec<String> = read.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!((first.as_deref(), read, table.sound), (Some("job"), names, true));
    let part = place.ctl(&["jobs", "--csv", "--limit", "29"]).await.unwrap();
    assert!(!part.sound, "a table has no room to say that it is not whole");
}

#[tokio::test]
async fn what_is_stuck_is_due_for_three_minutes_and_what_is_expired_has_no_time_left() {
    let place = Place::new().await;
    let now = runtime::SystemClock.now();
    let ago = |minutes: i64| now.after(Millis::from_mins(-minutes));
    let polled = Job {
        due_at: Some(now.after(Millis::from_mins(60))),
        ..order(4, ago(120))
    };
    let jobs = [order(1, ago(1)), order(2, ago(10)), order(3, ago(200)), polled];
    put(&place, &jobs).await;
    let [fresh, waits, over, polled] = jobs.map(|job| job.id.to_string());
    let all = [&over, &waits, &fresh, &polled].map(Clone::clone).to_vec();
    assert_eq!(listed(&place, &[]).await.0, all);
    assert_eq!(listed(&place, &["--due"]).await.0, all[..3]);
    assert_eq!(listed(&place, &["--stuck"]).await.0, all[..2]);
    assert_eq!(listed(&place, &["--expired"]).await.0, [over, polled]);
    for both in [
        ["--due", "--stuck"],
        ["--stuck", "--expired"],
        ["--due", "--expired"],
    ] {
        let typed = ["ctl", "jobs"].into_iter().chain(both);
        assert!(ctl::Arguments::read(typed).is_err(), "{both:?}");
    }
}
