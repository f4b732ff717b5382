//! The Lambda behind Telegram's webhook.
