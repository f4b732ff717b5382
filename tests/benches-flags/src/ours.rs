//! This project's evaluator.

use domain::time::Timestamp;
use limits_flags::flags::{Attribute, Context, FlagSet};

use crate::{Evaluator, flagd_set};

/// `limits_flags::flags`.
#[derive(Debug)]
pub struct Ours {
    set: FlagSet,
    user: String,
}

impl Evaluator for Ours {
    const NAME: &'static str = "limits-flags";

    fn for_user(user: &str) -> Self {
        Self {
            set: FlagSet::read(&flagd_set()).unwrap(),
            user: user.to_owned(),
        }
    }

    fn is_on(&mut self, key: &str) -> bool {
        let attributes = [
            ("locale", Attribute::Text("en")),
            ("tier", Attribute::Text("pro")),
        ];
        let context = Context::new(Timestamp(1_700_000_000_000))
            .with_targeting_key(&self.user)
            .with_attributes(&attributes);
        self.set.boolean(key, false, &context).value
    }
}
