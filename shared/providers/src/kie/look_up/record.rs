//! The record of a task, whose interesting parts are JSON within JSON.

use serde::Deserialize;
use serde_json::Value;

use crate::http::{files, shortened};
use crate::kie::envelope::{number, reason_of};
use crate::{LookUp, TaskFacts};

/// `data` of `recordInfo`, as far as we use it. Everything may be absent or null.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    state: String,
    #[serde(default)]
    param: Value,
    #[serde(default)]
    result_json: Value,
    #[serde(default)]
    fail_code: Value,
    #[serde(default)]
    fail_msg: Option<String>,
    #[serde(default)]
    cost_time: Value,
    #[serde(default)]
    credits_consumed: Value,
    #[serde(default)]
    progress: Value,
}

impl Record {
    pub(super) fn read(data: &Value) -> Option<Self> {
        Self::deserialize(data).ok()
    }

    pub(super) fn outcome(&self) -> LookUp {
        match self.state.to_lowercase().as_str() {
            "waiting" | "queuing" | "queueing" | "generating" | "running" | "processing" => LookUp::Running {
                progress: self.progress(),
            },
            "success" => self.success(),
            "fail" | "failed" => self.failure(),
            other => LookUp::Unavailable {
                retry_after_s: None,
                why: format!("a state unknown to us: {other}"),
            },
        }
    }

    pub(super) fn facts(&self) -> TaskFacts {
        TaskFacts {
            callback_url: ordered_for(&self.param),
            credits_consumed_milli: thousandths(&self.credits_consumed),
            cost_time_ms: self.cost_time.as_u64(),
            ..TaskFacts::default()
        }
    }

    fn progress(&self) -> Option<u8> {
        u8::try_from(number(&self.progress)?)
            .ok()
            .filter(|percent| *percent <= 100)
    }

    fn success(&self) -> LookUp {
        let result = unwrapped(&self.result_json);
        let listed = result.get("resultUrls").map(unwrapped).unwrap_or_default();
        let links = listed.as_array().into_iter().flatten().filter_map(Value::as_str);
        files(links.map(str::to_owned))
    }

    fn failure(&self) -> LookUp {
        let message = self.fail_msg.as_deref().unwrap_or_default();
        let code = number(&self.fail_code).unwrap_or(0);
        LookUp::Failed {
            reason: reason_of(code, message),
            code,
            message: shortened(message),
        }
    }
}

/// The callback address in an order as it was sent.
pub(super) fn ordered_for(param: &Value) -> Option<String> {
    unwrapped(param).get("callBackUrl")?.as_str().map(str::to_owned)
}

/// What a string of JSON holds, or the value itself where it came unwrapped; null if it is neither.
fn unwrapped(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    }
}

/// A number with up to three decimals, in thousandths, without a detour through floats.
pub(in crate::kie) fn thousandths(value: &Value) -> Option<u64> {
    let text = value.as_number()?.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(fraction)
}
