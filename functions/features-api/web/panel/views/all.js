// The panel's views, in the order of its navigation.

import { broadcasts } from "./broadcasts.js";
import { charts } from "./charts.js";
import { find } from "./find.js";
import { history } from "./history.js";
import { now } from "./now.js";
import { prices } from "./prices.js";
import { rules } from "./rules.js";
import { words } from "./words.js";

export const views = [now, find, rules, history, charts, broadcasts, prices, words];
