//! What a model is shown by: an order of an administrator's own, and nobody else's.

use ctl::Kind;
use domain::id::{FileId, ModelId};
use domain::job::{Job, Stage};
use domain::time::Timestamp;
use serde_json::json;
use store::rows;
use table::Write;

use super::money::{accepted, order_id};
use super::place::{Place, soon};

fn made() -> Job {
    let mut job = accepted(order_id(), Timestamp(1_795_306_667_000));
    job.stage = Stage::Delivered;
    job.file = Some(FileId("BAACAgIAAx-sample_1".to_owned()));
    job
}

async fn put(place: &Place, job: &Job) {
    let found = place.found().await;
    let table = found.output("JobsTable").unwrap();
    let write = Write::put("job", table, rows::job_item(job));
    found.db().write(write, soon()).await.unwrap();
}

#[tokio::test]
async fn a_model_is_shown_by_an_administrators_own_order_until_it_is_taken_away() {
    let place = Place::with_shop().await;
    put(&place, &made()).await;
    let order = order_id().to_string();
    let line = ["models", "sample", "kling-3.0", "--order", order.as_str()];
    let theirs = place.ctl(&line).await.unwrap_err();
    assert_eq!(theirs.kind(), Kind::Usage);
    assert!(
        theirs.with_causes().contains("no administrator's own"),
        "{}",
        theirs.with_causes()
    );
    place.ctl(&["admins", "set", "700001", "owner"]).await.unwrap();
    place.ctl(&line).await.unwrap();
    let shown = place.ctl(&["models", "show", "kling-3.0"]).await.unwrap();
    let sample = json!({"file_id": "BAACAgIAAx-sample_1", "seconds": 5, "credits": 1});
    assert_eq!(shown.json["value"]["sample"], sample);
    place
        .ctl(&["models", "sample", "kling-3.0", "--none"])
        .await
        .unwrap();
    let shown = place.ctl(&["models", "show", "kling-3.0"]).await.unwrap();
    assert!(shown.json["value"].get("sample").is_none());
}

#[tokio::test]
async fn what_shows_nothing_of_the_model_is_refused() {
    let place = Place::with_shop().await;
    place.ctl(&["admins", "set", "700001", "owner"]).await.unwrap();
    let order = order_id().to_string();
    let line = ["models", "sample", "kling-3.0", "--order", order.as_str()];
    assert_eq!(
        place.ctl(&line).await.unwrap_err().kind(),
        Kind::Refused,
        "there is no such order"
    );
    let mut others = made();
    others.order.model = ModelId("seedance-2".to_owned());
    let mut failed = made();
    failed.stage = Stage::Failed;
    let mut erased = made();
    erased.file = Some(FileId(String::new()));
    for (job, why) in [
        (others, "made by seedance-2"),
        (failed, "nothing came of it"),
        (erased, "nothing came of it"),
    ] {
        put(&place, &job).await;
        let error = place.ctl(&line).await.unwrap_err();
        assert!(error.with_causes().contains(why), "{}", error.with_causes());
    }
}

#[tokio::test]
async fn a_file_with_a_sample_that_cannot_be_sent_is_found_wrong() {
    let place = Place::with_shop().await;
    let with = |sample: &str| {
        let model = "\nmodels:\n  kling-3.0:\n";
        let shop = super::shop::SHOP.replacen(model, &format!("{model}    sample: {sample}\n"), 1);
        assert!(shop.contains(sample));
        place.file("sample.yaml", &shop)
    };
    let right = with(r#"{ url: "https://example.org/cat.mp4", seconds: 5, credits: 1 }"#);
    assert!(place.ctl(&["settings", "check", &right]).await.unwrap().sound);
    let wrong = with(r#"{ url: "http://example.org/cat.mp4", seconds: 5 }"#);
    let told = place.ctl(&["settings", "check", &wrong]).await.unwrap();
    assert!(
        !told.sound && told.text.contains("kling-3.0") && told.text.contains("https://"),
        "{}",
        told.text
    );
}
