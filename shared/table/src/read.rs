//! Reads: one item, a batch over several tables, a page of a query.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use crate::db::{Db, classify, pause};
use crate::deadline::Deadline;
use crate::error::Error;
use crate::expression::Expression;
#[cfg(feature = "played")]
use crate::played::Ask;
use crate::row::Item;

/// The longest that a read may take, with all its tries and rounds. DynamoDB answers in milliseconds; this leaves time for
/// one more try where a connection has died, and the webhook, which has ten seconds, with time to write.
const READ_TIMEOUT: Duration = Duration::from_secs(4);
/// The longest that a page of a whole table may take, which has up to 1 MB.
const WALK_TIMEOUT: Duration = Duration::from_mins(1);
/// How often a batch asks again for what DynamoDB left out.
const BATCH_ROUNDS_MAX: u32 = 12;
/// Items in one batch at most (DynamoDB's own limit).
const BATCH_KEYS_MAX: usize = 100;

/// The keys to be read from one table.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The table.
    pub table: String,
    /// The keys, each once.
    pub keys: Vec<Item>,
    /// Read what was last written, not what was written a moment ago.
    pub consistent: bool,
}

/// A query of one partition of a table or an index.
#[derive(Clone, Debug)]
pub struct Query {
    /// The table.
    pub table: String,
    /// The index, or the table itself.
    pub index: Option<&'static str>,
    /// The partition.
    pub partition: (&'static str, AttributeValue),
    /// The sort key is at least this; only together with `up_to`, which names it.
    pub from: Option<AttributeValue>,
    /// The sort key is at most this.
    pub up_to: Option<(&'static str, AttributeValue)>,
    /// Items per page at most.
    pub limit: i32,
    /// Where the page before ended.
    pub start: Option<Item>,
    /// Read what was last written; not possible on an index.
    pub consistent: bool,
}

/// A walk over a whole table for a few attributes of some of its items.
#[derive(Clone, Debug)]
pub struct Search {
    /// The table.
    pub table: String,
    /// Only items that have this attribute.
    pub having: &'static str,
    /// What of them is wanted, each a path: `["standing", "tier"]`.
    pub attributes: &'static [&'static [&'static str]],
    /// Items to be looked at, at most; without it as many as one page (1 MB) has.
    pub limit: Option<i32>,
    /// Where the page before ended.
    pub start: Option<Item>,
}

/// A page of items.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The items.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Item>,
}

impl Db {
    /// Reads one item.
    pub async fn get(&self, table: &str, key: Item, consistent: bool) -> Result<Option<Item>, Error> {
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Get {
            table: table.to_owned(),
            key: key.clone(),
            consistent,
        }) {
            return Ok(in_time(answered).await?.item());
        }
        let request = self
            .client()
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(consistent);
        let answer = in_time(Box::pin(async { request.send().await.map_err(classify) })).await?;
        Ok(answer.item)
    }

    /// Reads items from several tables in one request, and again what DynamoDB left out, which it does when it is asked too
    /// much: so after a pause, different for everybody. The items come in no order.
    pub async fn batch_get(&self, wanted: Vec<Keys>) -> Result<HashMap<String, Vec<Item>>, Error> {
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Batch(wanted.clone())) {
            return Ok(in_time(answered).await?.items());
        }
        let mut found: HashMap<String, Vec<Item>> = HashMap::new();
        let mut open = HashMap::new();
        for Keys {
            table,
            keys,
            consistent,
        } in wanted.into_iter().filter(|wanted| !wanted.keys.is_empty())
        {
            let keys = keys.into_iter().take(BATCH_KEYS_MAX).collect();
            let request = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(consistent)
                .build();
            open.insert(table, request.map_err(|error| Error::Invalid(Box::new(error)))?);
        }
        let left_out = || Error::Throttled("DynamoDB left out keys again and again".into());
        let deadline = Deadline::of_read(READ_TIMEOUT);
        for round in 0..BATCH_ROUNDS_MAX {
            if open.is_empty() {
                return Ok(found);
            }
            if round > 0 {
                pause(round, deadline).await.map_err(|_| left_out())?;
            }
            let request = self.client().batch_get_item().set_request_items(Some(open));
            let answer = Box::pin(async { request.send().await.map_err(classify) });
            let answer = deadline.bound(answer).await?;
            for (table, items) in answer.responses.unwrap_or_default() {
                found.entry(table).or_default().extend(items);
            }
            open = answer.unprocessed_keys.unwrap_or_default();
        }
        Err(left_out())
    }

    /// Reads a page.
    pub async fn query(&self, query: Query) -> Result<Page, Error> {
        self.page(query, true).await
    }

    /// Reads a page from the partition's end: the last sort key first.
    pub async fn query_backwards(&self, query: Query) -> Result<Page, Error> {
        self.page(query, false).await
    }

    async fn page(&self, query: Query, forward: bool) -> Result<Page, Error> {
        if query.from.is_some() && query.up_to.is_none() {
            return Err(Error::Invalid(
                "a query from a sort key on says up to which, too".into(),
            ));
        }
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Query {
            query: query.clone(),
            forward,
        }) {
            return Ok(in_time(answered).await?.page());
        }
        let mut x = Expression::default();
        let mut condition = format!("{} = {}", x.name(query.partition.0), x.value(query.partition.1));
        if let Some((name, value)) = query.up_to {
            let (name, value) = (x.name(name), x.value(value));
            condition = match query.from {
                Some(from) => format!("{condition} AND {name} BETWEEN {} AND {value}", x.value(from)),
                None => format!("{condition} AND {name} <= {value}"),
            };
        }
        let request = self
            .client()
            .query()
            .table_name(query.table)
            .set_index_name(query.index.map(str::to_owned))
            .key_condition_expression(condition)
            .set_expression_attribute_names(x.names())
            .set_expression_attribute_values(x.values())
            .limit(query.limit)
            .scan_index_forward(forward)
            .consistent_read(query.consistent)
            .set_exclusive_start_key(query.start);
        let answer = in_time(Box::pin(async { request.send().await.map_err(classify) })).await?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next: answer.last_evaluated_key,
        })
    }

    /// Reads a page of a whole table, for audits. Costs what the table costs to read.
    pub async fn scan(&self, table: &str, start: Option<Item>) -> Result<Page, Error> {
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Scan {
            table: table.to_owned(),
            start: start.clone(),
        }) {
            return Ok(to_the_end(answered).await?.page());
        }
        let request = self
            .client()
            .scan()
            .table_name(table)
            .consistent_read(true)
            .set_exclusive_start_key(start);
        let answer = to_the_end(Box::pin(async { request.send().await.map_err(classify) })).await?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next: answer.last_evaluated_key,
        })
    }

    /// Reads what is wanted of a page (1 MB, unless a limit is said) of a whole table, as last written. It costs what reading the page whole costs;
    /// only what is wanted crosses the line.
    pub async fn search(&self, search: Search) -> Result<Page, Error> {
        #[cfg(feature = "played")]
        if let Some(answered) = self.ask(|| Ask::Search(search.clone())) {
            return Ok(to_the_end(answered).await?.page());
        }
        let mut x = Expression::default();
        let filter = format!("attribute_exists({})", x.name(search.having));
        let mut path = |path: &&[&str]| {
            let names: Vec<String> = path.iter().map(|name| x.name(name)).collect();
            names.join(".")
        };
        let wanted: Vec<String> = search.attributes.iter().map(&mut path).collect();
        let request = self
            .client()
            .scan()
            .table_name(search.table)
            .filter_expression(filter)
            .projection_expression(wanted.join(", "))
            .set_expression_attribute_names(x.names())
            .consistent_read(true)
            .set_limit(search.limit)
            .set_exclusive_start_key(search.start);
        let answer = to_the_end(Box::pin(async { request.send().await.map_err(classify) })).await?;
        Ok(Page {
            items: answer.items.unwrap_or_default(),
            next: answer.last_evaluated_key,
        })
    }
}

/// For a page of a whole table, which takes as long as it takes.
async fn to_the_end<T>(request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    Deadline::of_read(WALK_TIMEOUT).bound(request).await
}

async fn in_time<T>(request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    Deadline::of_read(READ_TIMEOUT).bound(request).await
}
