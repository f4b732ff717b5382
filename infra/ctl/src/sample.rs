//! What a model is shown to customers by: something that it has made for an administrator.

use domain::id::JobId;
use domain::job::Stage;
use limits_flags::{Office, keyring};
use serde_json::{Value, json};

use crate::arguments::Sample;
use crate::registry::{change, row};
use crate::target::Place;
use crate::{Error, Report};

/// Takes the sample of an order, or takes the sample away.
pub(crate) async fn sample(command: &Sample) -> Result<Report, Error> {
    let (by, place) = (command.said.by()?, command.target.find().await?);
    let office = place.office()?;
    let sample = match &command.order {
        Some(order) => Some(made_for(order, &command.name, &office, &place).await?),
        None => None,
    };
    change(&office, &by, &row("model", &command.name)?, |before| {
        let none = || Error::NotFound("there is no such model".to_owned());
        let mut row = before.ok_or_else(none)?;
        match (&sample, row.as_object_mut()) {
            (Some(sample), _) => row["sample"] = priced(sample, &row),
            (None, Some(row)) => drop(row.remove("sample")),
            (None, None) => {}
        }
        Ok(row)
    })
    .await
}

/// What is shown of an order: only an administrator's own, because what customers made is theirs.
async fn made_for(order: &str, model: &str, office: &Office, place: &Place) -> Result<Value, Error> {
    let wrong = |why: &str| Err(Error::Usage(format!("--order {order}: {why}")));
    let Some(id) = JobId::parse(order) else {
        return wrong("no order's id: it should look like 700001-abcdefgh23456789");
    };
    let job = place.store()?.jobs().get(&id).await?;
    let job = job.ok_or_else(|| Error::NotFound(format!("there is no order {order}")))?;
    let admins = keyring::read(office).await?.admins;
    if !admins.iter().any(|(admin, _)| *admin == id.user.to_string()) {
        return wrong("it is no administrator's own, and what customers made is not shown to others");
    }
    if job.order.model.0 != model {
        return wrong(&format!("it was made by {}", job.order.model.0));
    }
    let file = job.file.as_ref().filter(|file| !file.0.is_empty());
    let came = matches!(job.stage, Stage::Delivered | Stage::Parked);
    let Some(file) = file.filter(|_| came) else {
        return wrong("nothing came of it that Telegram has");
    };
    let mut sample = json!({"file_id": file.0, "credits": job.cost.0});
    if job.order.makes.has_lengths() {
        sample["seconds"] = json!(job.order.duration_s);
    }
    Ok(sample)
}

/// What was ordered on a plan has cost nothing: then the price of such an order is said.
fn priced(sample: &Value, row: &Value) -> Value {
    let mut sample = sample.clone();
    if sample["credits"] == json!(0) {
        let prices = row["prices"].as_array();
        let same = |price: &&Value| price["seconds"].as_u64() == sample["seconds"].as_u64();
        let price = prices.and_then(|prices| prices.iter().find(same));
        sample["credits"] = price.map_or(json!(0), |price| price["credits"].clone());
    }
    sample
}
