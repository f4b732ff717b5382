//! The Lambda that takes the provider's callback as a hint.
