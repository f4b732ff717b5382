//! Another way to have a model rendered.

use crate::id::ModelId;
use crate::time::Millis;

/// Who renders a model beside the one that is asked first. Customers pay the model's price, whoever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Who renders it.
    pub provider: String,
    /// Which of the provider's typed request forms it takes.
    pub family: String,
    /// The name under which the costs say what this provider asks; `None` if nobody knows.
    pub cost: Option<ModelId>,
    /// How long after its start a render there is first asked about; `None`: as the model says.
    pub poll_after: Option<Millis>,
}
