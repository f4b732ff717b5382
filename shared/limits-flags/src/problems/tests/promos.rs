//! Promo codes that bring days of a plan.

use super::*;

fn with(promo: &str, plans: &[(&str, &str)]) -> String {
    found(|document| {
        let promo = serde_json::from_str(promo).unwrap();
        document.promos.insert("CAT".to_owned(), promo);
        for (name, plan) in plans {
            let plan = serde_json::from_str(plan).unwrap();
            document.plans.insert((*name).to_owned(), plan);
        }
    })
}

#[test]
fn a_code_brings_days_of_a_plan_that_there_is_and_that_is_still_given() {
    let row = r#"{"plan":"week","days":7}"#;
    let week = r#"{"title":"A week","unlimited":false,"credits":1}"#;
    assert_eq!(with(row, &[("week", week)]), "");
    let told = with(row, &[("weeks", week)]);
    assert_eq!(
        told,
        "promo#CAT: plan: there is no plan `week`; is `weeks` meant?"
    );
    let withdrawn = r#"{"title":"A week","unlimited":false,"credits":1,"is_withdrawn":true}"#;
    let told = with(row, &[("week", withdrawn)]);
    assert!(told.starts_with("promo#CAT: plan: week is withdrawn"), "{told}");
    // What is stopped holds no plan back.
    let stopped = r#"{"plan":"week","days":7,"stopped":true}"#;
    assert_eq!(with(stopped, &[("week", withdrawn)]), "");
    assert_eq!(with(stopped, &[]), "");
}
