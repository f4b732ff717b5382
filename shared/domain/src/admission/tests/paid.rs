//! Who pays for an order, a plan or credits.

use super::*;

/// Who pays in an unlimited scene with two credits, of which a video costs two.
fn paid(edit: impl FnOnce(&mut Scene)) -> (bool, Option<String>) {
    let mut scene = Scene::new();
    unlimited(&mut scene);
    scene.account.balance.available = Credits(2);
    edit(&mut scene);
    let used = |limit: &Limit, amount: u64| {
        let count = Count {
            used: scene.used,
            ..Count::default()
        };
        let counts = Counts::from([(limit.key(NOW, None).row().to_owned(), count)]);
        limit.usage(amount, &counts, 0, NOW)
    };
    let price = scene.model.price_row(5, crate::video::Quality::Standard).unwrap();
    let available = scene.account.balance.available;
    let payer = payer(scene.plan.as_ref(), &scene.model, price, available, used);
    (payer.plan.is_some(), payer.used_up.map(|usage| usage.limit.id))
}

/// Nine of nine are used of the plan's, and the model's own limit is this.
fn used_up(own: u64) -> impl FnOnce(&mut Scene) {
    move |scene| {
        scene.used = 9;
        scene.model.limits = vec![limit("model-kling-3.0", own)];
    }
}

#[test]
fn a_plan_pays_while_it_has_room_however_many_credits_there_are() {
    assert_eq!(paid(|_| ()), (true, None));
    assert_eq!(paid(|scene| scene.used = 8), (true, None));
}

#[test]
fn beyond_the_plans_limit_it_is_credits_and_which_limit_it_was_is_known() {
    let full = Some("unlimited-kling-3.0".to_owned());
    assert_eq!(paid(used_up(10)), (false, full));
}

#[test]
fn without_enough_credits_or_beyond_what_holds_for_everybody_the_plan_stays_and_refuses() {
    assert_eq!(paid(used_up(9)), (true, None));
    let poor = paid(|scene| {
        used_up(10)(scene);
        scene.account.balance.available = Credits(1);
    });
    assert_eq!(poor, (true, None));
}

#[test]
fn a_plan_that_does_not_cover_the_model_has_nothing_to_be_used_up() {
    let other = paid(|scene| {
        used_up(10)(scene);
        scene.plan.as_mut().unwrap().models = vec![ModelId("other".to_owned())];
    });
    assert_eq!(other, (true, None));
    let none = paid(|scene| {
        used_up(10)(scene);
        scene.plan = None;
    });
    assert_eq!(none, (false, None));
}

#[test]
fn what_credits_pay_for_beyond_a_plan_is_counted_as_everybodys() {
    let admission = Scene::with(|scene| {
        unlimited(scene);
        scene.account.balance.available = Credits(2);
        scene.plan = None;
    })
    .unwrap();
    assert_eq!((admission.job.cost, admission.job.order.plan), (Credits(2), None));
    let counted: Vec<String> = admission.job.windows.iter().map(ToString::to_string).collect();
    let at = NOW.seconds();
    assert_eq!(counted, [format!("videos#{at}"), format!("model-kling-3.0#{at}")]);
}
