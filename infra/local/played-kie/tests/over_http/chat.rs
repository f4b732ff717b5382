//! The played chat model.

use played_kie::{CHAT_WORDS, ChatModel, ChatTrouble, real_clock};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

struct Chat {
    model: ChatModel,
    base: String,
    client: Client,
}

impl Chat {
    async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let model = ChatModel::new("sk-played", real_clock());
        tokio::spawn(axum::serve(listener, model.router()).into_future());
        Self {
            model,
            base,
            client: Client::new(),
        }
    }

    async fn send(&self, path: &str, key: &str, body: &Value) -> reqwest::Result<Response> {
        self.client
            .post(format!("{}{path}", self.base))
            .bearer_auth(key)
            .json(body)
            .send()
            .await
    }

    async fn respond(&self, body: &Value) -> Value {
        self.send("/v1/responses", "sk-played", body)
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn complete(&self, prompt: &str) -> Response {
        let body = json!({"model": "gpt-6-luna", "messages": [
            {"role": "system", "content": "Improve the prompt."},
            {"role": "user", "content": [{"type": "text", "text": prompt}]},
        ]});
        self.send("/v1/chat/completions", "sk-played", &body)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_prompt_is_made_better_and_counted() {
    let chat = Chat::new().await;
    let answer: Value = chat
        .complete("  кот   на луне #fail. ")
        .await
        .json()
        .await
        .unwrap();
    let text = answer["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.starts_with("кот на луне #fail, "), "{text}");
    let usage = &answer["usage"];
    let sum = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], sum);
    let request = chat.model.requests().remove(0);
    assert_eq!(
        (request.instructions.as_str(), request.status),
        ("Improve the prompt.", 200)
    );
}

#[tokio::test]
async fn responses_take_a_text_or_items_and_keep_to_a_schema() {
    let chat = Chat::new().await;
    let plain = chat
        .respond(&json!({"model": "m", "input": "a cat", "instructions": "short"}))
        .await;
    assert_eq!(plain["status"], "completed");
    let schema = json!({"type": "object", "properties": {"prompt": {"type": "string"}}});
    let body = json!({"model": "m", "input": [{"role": "user", "content": [{"type": "input_text", "text": "a cat"}]}],
        "text": {"format": {"type": "json_schema", "name": "prompt", "schema": schema}}});
    let shaped = chat.respond(&body).await;
    let text = shaped["output"][0]["content"][0]["text"].as_str().unwrap();
    let better: Value = serde_json::from_str(text).unwrap();
    assert_eq!(better["prompt"], plain["output"][0]["content"][0]["text"]);
}

#[tokio::test]
async fn an_answer_stops_at_its_token_limit() {
    let chat = Chat::new().await;
    let answer = chat
        .respond(&json!({"model": "m", "input": "a cat", "max_output_tokens": 3}))
        .await;
    assert_eq!(
        (&answer["status"], &answer["usage"]["output_tokens"]),
        (&json!("incomplete"), &json!(3))
    );
    assert_eq!(answer["incomplete_details"]["reason"], "max_output_tokens");
}

#[tokio::test]
async fn the_two_429s_differ_in_their_code() {
    let chat = Chat::new().await;
    let passing = chat.complete("a cat #chat-429").await;
    assert_eq!(
        (passing.status().as_u16(), &passing.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    assert_eq!(
        passing.json::<Value>().await.unwrap()["error"]["code"],
        "rate_limit_exceeded"
    );
    let lasting = chat.complete("a cat #chat-quota").await;
    assert_eq!(lasting.status(), 429);
    assert_eq!(
        lasting.json::<Value>().await.unwrap()["error"]["code"],
        "insufficient_quota"
    );
}

#[tokio::test]
async fn troubles_come_by_code_by_word_and_by_a_wrong_request() {
    let chat = Chat::new().await;
    chat.model.inject(ChatTrouble::ServerError, "cat", 1);
    assert_eq!(chat.complete("a dog").await.status(), 200);
    assert_eq!(chat.complete("a cat").await.status(), 500);
    assert_eq!(chat.complete("a cat").await.status(), 200);
    let body = json!({"model": "m", "input": "a cat"});
    assert_eq!(
        chat.send("/v1/responses", "sk-wrong", &body)
            .await
            .unwrap()
            .status(),
        401
    );
    assert_eq!(
        chat.respond(&json!({"model": "m"})).await["error"]["message"],
        "Missing required parameter: 'input'."
    );
    let body = json!({"model": "m", "input": "a cat #chat-cut"});
    assert!(chat.send("/v1/responses", "sk-played", &body).await.is_err());
    assert_eq!(chat.model.requests().last().unwrap().status, 0);
    for word in CHAT_WORDS {
        let body = json!({"model": "m", "input": word.word});
        let answer = chat.send("/v1/responses", "sk-played", &body).await;
        let fine = answer.is_ok_and(|answer| answer.status() == 200);
        assert_eq!(fine, word.trouble == ChatTrouble::Incomplete, "{}", word.word);
    }
}
