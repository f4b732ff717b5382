// What is refused before anybody pays, and how often is too often.

import { editing } from "../editor.js";

export const words = editing("words", "view-words", [{ kind: "moderation", single: true }]);
