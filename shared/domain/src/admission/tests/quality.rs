//! What a choice of quality costs.

use super::*;
use crate::video::Quality;

/// Five seconds for two credits, or for five in the higher quality.
fn with_a_choice(scene: &mut Scene) {
    let price = scene.model.prices.first_mut().unwrap();
    price.high = Some(Box::new(Price {
        quality: Quality::High,
        tokens: 90_000,
        micro_usd: 700_000,
        ..Price::new(5, Credits(5))
    }));
    scene.account.balance.available = Credits(9);
    scene.account.balance.granted = Credits(9);
}

#[test]
fn the_higher_quality_costs_its_own_price_and_is_ordered_by_name() {
    let high = Scene::with(|scene| {
        with_a_choice(scene);
        scene.draft().quality = Quality::High;
    });
    let high = high.unwrap();
    assert_eq!(
        (high.job.cost, high.job.order.quality),
        (Credits(5), Some(Quality::High))
    );
    // What it is expected to cost stands at its price, and goes to the log with its tokens.
    let costing = high.job.order.costing.unwrap();
    assert_eq!(
        (costing.expected, costing.tokens),
        (Some(crate::cost::MicroUsd(700_000)), 90_000)
    );
    let standard = Scene::with(with_a_choice).unwrap();
    assert_eq!(
        (standard.job.cost, standard.job.order.quality),
        (Credits(2), Some(Quality::Standard))
    );
    let without = Scene::new().admit().unwrap();
    assert_eq!(
        without.job.order.quality, None,
        "the provider makes what it usually makes"
    );
}

#[test]
fn a_quality_that_is_not_on_offer_any_more_is_refused_and_not_made_in_another() {
    let gone = Scene::with(|scene| scene.draft().quality = Quality::High);
    assert_eq!(gone.unwrap_err(), Refusal::ChoiceUnavailable);
}

#[test]
fn credits_for_the_standard_quality_do_not_buy_the_higher_one() {
    let poor = Scene::with(|scene| {
        with_a_choice(scene);
        scene.account.balance.available = Credits(4);
        scene.account.balance.granted = Credits(4);
        scene.draft().quality = Quality::High;
    });
    assert!(matches!(poor, Err(Refusal::NotEnoughCredits { .. })), "{poor:?}");
}
