//! The rails bring their notices and events: lost, late, doubled, made up.

use lambda_http::Body;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::streets::{Ended, Town, WEB_END, invoked, spawn};
use crate::stripe::signature;
use crate::world::{World, age_at, wait};

/// How late a late one comes.
const LATE_MS: i64 = 900_000;

/// Something that a rail says.
#[derive(Clone, Debug)]
struct Notice {
    path: &'static str,
    body: Value,
    /// Whether it is the rail that says it.
    is_true: bool,
}

impl Notice {
    /// The same, made up by somebody else.
    fn forged(&self) -> Self {
        let mut forged = self.clone();
        forged.is_true = false;
        if self.path == "/yookassa" {
            forged.body["object"]["amount"]["value"] = json!("1.00");
        }
        forged
    }
}

/// What is due by now, out of both rails.
fn due(world: &World) -> Vec<Notice> {
    let now_ms = world.now().0;
    let mut state = world.state();
    state.stripe.pass(now_ms);
    let mut due = Vec::new();
    let mut taken = |path, from: &mut Vec<(i64, Value)>| {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(from)
            .into_iter()
            .partition(|(at, _)| *at <= now_ms);
        *from = later;
        due.extend(now.into_iter().map(|(_, body)| Notice {
            path,
            body,
            is_true: true,
        }));
    };
    taken("/yookassa", &mut state.yookassa.notices);
    taken("/stripe", &mut state.stripe.events);
    due
}

fn postponed(world: &World, notice: Notice) {
    let at = world.now().0 + LATE_MS;
    let mut state = world.state();
    let later = match notice.path {
        "/yookassa" => &mut state.yookassa.notices,
        _ => &mut state.stripe.events,
    };
    later.push((at, notice.body));
}

impl Town {
    /// The rails bring what they have to say.
    pub(crate) async fn notices(self) {
        loop {
            let next = {
                let state = self.world.state();
                let notices = state.yookassa.notices.iter().map(|(at, _)| *at);
                notices.chain(state.stripe.next_ms()).min()
            };
            self.world.news(next.map(age_at)).await;
            for notice in due(&self.world) {
                if self.world.strikes(Fault::NoticeLate) {
                    postponed(&self.world, notice);
                    continue;
                }
                if self.world.strikes(Fault::NoticeLost) {
                    continue;
                }
                let copies = 1 + u32::from(self.world.strikes(Fault::NoticeDoubled));
                let forged = self.world.strikes(Fault::NoticeForged).then(|| notice.forged());
                let all = (0..copies).map(|_| notice.clone()).chain(forged);
                for notice in all {
                    let town = self.clone();
                    spawn(async move { Box::pin(town.notify(&notice)).await });
                }
            }
        }
    }

    async fn notify(&self, notice: &Notice) {
        for tried in 0..3_u32 {
            let machine = self.machine();
            let body = notice.body.to_string();
            let signed = signature(&body, self.world.now().seconds(), notice.is_true);
            let event = json!({
                "version": "2.0", "routeKey": "$default", "rawPath": notice.path, "rawQueryString": "",
                "headers": {"stripe-signature": signed},
                "requestContext": {"accountId": "a", "apiId": "a", "domainName": "a", "domainPrefix": "a", "requestId": "a", "routeKey": "$default", "stage": "$default", "time": "", "timeEpoch": 0,
                    "http": {"method": "POST", "path": notice.path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""}},
                "body": body, "isBase64Encoded": false,
            });
            let Ok(request) = lambda_http::request::from_str(&event.to_string()) else {
                return;
            };
            self.world.note(|| {
                format!(
                    "notice of {}",
                    notice
                        .body
                        .pointer("/data/object")
                        .unwrap_or(&notice.body["object"])["id"]
                )
            });
            let handled = Box::pin(payment_webhook::handle(&machine.payments, request));
            let answer: Ended<http::Response<Body>> = invoked(&self.world, WEB_END, handled).await;
            if let Ended::Well(response) = answer {
                let status = response.status();
                if status.is_success() {
                    return;
                }
                if !notice.is_true && status == 400 {
                    self.world.sometimes("an event that Stripe has not signed");
                    return;
                }
            }
            wait(std::time::Duration::from_secs(30 << tried)).await;
        }
    }
}
