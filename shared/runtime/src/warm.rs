//! What is made ready before the first event although the function could do without: settings and connections. Lambda
//! gives ten seconds for everything before that event, and then begins again, so this takes little of them; what is not
//! ready by then is fetched by the first event that needs it.

use std::future::Future;
use std::time::Duration;

use app::Env;
use limits_flags::Settings;
use queue::Queue;

/// The longest that anything here may take. It usually takes a tenth of that.
const WARM_MAX: Duration = Duration::from_millis(1_500);

/// Loads the settings, and opens the connections to DynamoDB and SQS, both at once.
pub async fn up(settings: &Settings, doorbells: &Queue, env: &Env) {
    // On the heap: what calls AWS is large, and this is part of what every function starts with.
    let both = Box::pin(async {
        tokio::join!(load(settings, env), doorbells.warm());
    });
    within(WARM_MAX, both).await;
}

/// Loads the settings, and so opens the connection to DynamoDB.
pub async fn settings(settings: &Settings, env: &Env) {
    within(WARM_MAX, Box::pin(load(settings, env))).await;
}

/// Opens the connection to SQS.
pub async fn queue(doorbells: &Queue) {
    within(WARM_MAX, doorbells.warm()).await;
}

async fn load(settings: &Settings, env: &Env) {
    if let Err(error) = settings.known(env.now()).await {
        tracing::warn!(name: "settings_unread", error = app::chain(&error), "the settings could not be loaded ahead");
    }
}

async fn within(most: Duration, work: impl Future<Output = ()>) {
    if tokio::time::timeout(most, work).await.is_err() {
        tracing::warn!(name: "start_slow", "AWS is slow; the first event will fetch the rest");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_aws_that_never_answers_does_not_keep_a_function_from_starting() {
        within(Duration::from_millis(5), std::future::pending()).await;
    }

    #[tokio::test]
    async fn what_is_ready_in_time_is_not_waited_for() {
        let mut ready = false;
        within(Duration::MAX, async { ready = true }).await;
        assert!(ready);
    }
}
