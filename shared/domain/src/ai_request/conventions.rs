//! What `OpenTelemetry`'s conventions for generative AI call that for which we have another word
//! (<https://github.com/open-telemetry/semantic-conventions-genai>, `model/gen-ai/registry.yaml`): where they have a value, it is
//! theirs, and where they have none, the conventions leave it to us.

use crate::cost::Category;

/// Providers that have a name there which is not ours, with ours first. `generativelanguage.googleapis.com` is Gemini there, and
/// `aiplatform.googleapis.com` is Vertex AI.
const PROVIDERS: [(&str, &str); 2] = [("google", "gcp.gemini"), ("vertex", "gcp.vertex_ai")];

/// Request forms behind which stands the model that is asked for: `chat/gpt-6-luna`.
const BEFORE_MODELS: [&str; 2] = ["chat/", "audio/"];

/// A request form as what stands before the model that it names, which most forms have nothing of, and what is asked for by
/// it (`gen_ai.request.model`).
pub fn form_and_model(family: &str) -> (&str, &str) {
    let named = BEFORE_MODELS.iter().find_map(|form| family.strip_prefix(form));
    let model = named.unwrap_or(family);
    (family.strip_suffix(model).unwrap_or_default(), model)
}

/// What a provider of ours is called there (`gen_ai.provider.name`).
pub fn provider_name(ours: &str) -> &str {
    let known = PROVIDERS.iter().find(|(name, _)| *name == ours);
    known.map_or(ours, |(_, theirs)| theirs)
}

/// Which provider of ours is called so there; one that has our own name already, as in older lines, is that.
pub fn provider_of(theirs: &str) -> &str {
    let known = PROVIDERS.iter().find(|(_, name)| *name == theirs);
    known.map_or(theirs, |(ours, _)| ours)
}

impl Category {
    /// What the operation is called (`gen_ai.operation.name`): a conversation with a model, or something made by one.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Text | Self::TextWithImage => "chat",
            Self::ImageGen
            | Self::ImageEdit
            | Self::VideoGen
            | Self::AudioGen
            | Self::Transcription
            | Self::Tts => "generate_content",
        }
    }

    /// What is asked for (`gen_ai.output.type`). For videos and music the conventions have no value of their own.
    pub fn output_type(self) -> &'static str {
        match self {
            Self::Text | Self::TextWithImage | Self::Transcription => "text",
            Self::ImageGen | Self::ImageEdit => "image",
            Self::Tts => "speech",
            Self::VideoGen => "video",
            Self::AudioGen => "music",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn googles_two_ways_are_called_as_in_the_conventions_and_read_back_as_ours() {
        let names = ["google", "vertex", "kie", "openai"].map(provider_name);
        assert_eq!(names, ["gcp.gemini", "gcp.vertex_ai", "kie", "openai"]);
        assert_eq!(names.map(provider_of), ["google", "vertex", "kie", "openai"]);
        assert_eq!(provider_of("google"), "google", "as it stands in older lines");
    }

    #[test]
    fn a_form_that_names_a_model_is_told_from_it() {
        assert_eq!(form_and_model("chat/gpt-6-luna"), ("chat/", "gpt-6-luna"));
        assert_eq!(form_and_model("audio/a/b"), ("audio/", "a/b"));
        for whole in ["kling-3.0", "chat", "film/chat/", ""] {
            assert_eq!(form_and_model(whole), ("", whole));
        }
    }

    #[test]
    fn what_the_conventions_have_a_value_for_is_called_so() {
        let told = |category: Category| (category.operation(), category.output_type());
        assert_eq!(told(Category::Text), ("chat", "text"));
        assert_eq!(told(Category::Transcription), ("generate_content", "text"));
        assert_eq!(told(Category::ImageEdit), ("generate_content", "image"));
        assert_eq!(told(Category::Tts), ("generate_content", "speech"));
    }
}
