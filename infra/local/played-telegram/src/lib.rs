//! Telegram, played: a Bot API server checked against the API's description, and a browser client.
