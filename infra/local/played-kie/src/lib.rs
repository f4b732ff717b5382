//! KIE.AI and a chat model, played: the real protocols, and real short videos.
