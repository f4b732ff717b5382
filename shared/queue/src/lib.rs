//! Doorbells: the SQS messages that say which job wants attention.
