//! The Bot API: tolerant types and a typed client.
