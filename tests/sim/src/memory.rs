//! DynamoDB's tables in memory: the keys and indexes of `template.yaml`, whole transactions, and what was there a moment
//! ago, which is what a reader may see who does not ask for what was last written. Held against the emulator that the flow
//! tests use by `tests/like_dynamodb.rs`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::faults::Broken;
use serde_norway::Value;
use table::played::{Answer, Ask};
use table::{AttributeValue, Error, Item, Keys, Page, Query, RefusedWrite, Search, Write};

/// Writes of one transaction at most.
const TRANSACTION_MAX: usize = 100;
/// How long DynamoDB remembers the token of a transaction.
const TOKEN_KEPT: Duration = Duration::from_mins(10);

/// A key's part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Cell {
    Nothing,
    Number(i128),
    Text(String),
}

type Place = (Cell, Cell);

#[derive(Clone, Debug)]
struct Index {
    partition: String,
    sort: Option<String>,
    /// What it has beside keys; `None` for everything.
    projected: Option<Vec<String>>,
}

#[derive(Clone, Debug)]
struct Table {
    key: Index,
    indexes: BTreeMap<String, Index>,
    items: BTreeMap<Place, Item>,
}

/// What stood somewhere before it was changed.
#[derive(Clone, Debug)]
struct Before {
    at: Duration,
    table: String,
    place: Place,
    item: Option<Item>,
}

/// The tables.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Shared with whoever looks, until they are written to.
    tables: BTreeMap<String, Arc<Table>>,
    log: Vec<Before>,
    tokens: HashMap<String, (Duration, Vec<Write>)>,
    /// What does not hold.
    pub broken: Option<Broken>,
}

impl Memory {
    /// Empty tables as the template has them, by their logical names.
    ///
    /// # Panics
    ///
    /// If that is no template with tables.
    pub fn of_template(template: &str) -> Self {
        let template: Value = serde_norway::from_str(template).expect("a template");
        let resources = template["Resources"].as_mapping().expect("resources");
        let is_table = |resource: &Value| resource["Type"] == "AWS::DynamoDB::Table";
        let tables = resources.iter().filter(|(_, resource)| is_table(resource));
        let tables = tables.map(|(name, resource)| {
            let properties = &resource["Properties"];
            let indexes = properties["GlobalSecondaryIndexes"].as_sequence();
            let indexes = indexes.into_iter().flatten().map(|index| {
                let name = index["IndexName"].as_str().expect("an index's name").to_owned();
                (name, Index::read(index))
            });
            let table = Table {
                key: Index::read(properties),
                indexes: indexes.collect(),
                items: BTreeMap::new(),
            };
            (name.as_str().expect("a table's name").to_owned(), Arc::new(table))
        });
        Self {
            tables: tables.collect(),
            ..Self::default()
        }
    }

    /// Whether anything was written since then.
    pub fn has_changed_since(&self, then: Duration) -> bool {
        self.log.iter().any(|before| before.at > then)
    }

    /// When the next thing comes due, of orders, purchases and payments: what is overdue is due now.
    pub fn next_due(&self, now_ms: i64) -> Option<i64> {
        let tables = ["JobsTable", "PaymentsTable", "AccountsTable"];
        let tables = tables.iter().filter_map(|name| self.tables.get(*name));
        let items = tables.flat_map(|table| table.items.values());
        let dues = items.filter_map(|item| item.get("due_at")?.as_n().ok());
        let next = dues.filter_map(|due| due.parse::<i64>().ok()).min()?;
        Some(next.max(now_ms))
    }

    /// The tables alone, as they stand, for whoever only looks.
    #[must_use]
    pub fn seen(&self) -> Self {
        Self {
            tables: self.tables.clone(),
            ..Self::default()
        }
    }

    /// Carries a request out, now, as somebody sees it for whom the last so-and-so long has not happened yet.
    pub fn answer(&mut self, ask: Ask, now: Duration, unseen: Duration) -> Result<Answer, Error> {
        self.log.retain(|before| before.at + Duration::from_mins(1) > now);
        let until = |consistent: bool| {
            if consistent {
                Duration::MAX
            } else {
                now.saturating_sub(unseen)
            }
        };
        match ask {
            Ask::Get {
                table,
                key,
                consistent,
            } => Ok(Answer::Item(self.item(&table, &key, until(consistent))?)),
            Ask::Batch(wanted) => self.batch(wanted, &until),
            Ask::Query { query, forward } => {
                let until = until(query.consistent);
                self.query(query, forward, until).map(Answer::Page)
            }
            Ask::Scan { table, start } => self.scan(&table, start.as_ref(), None).map(Answer::Page),
            Ask::Search(search) => self.search(&search).map(Answer::Page),
            Ask::Write(write) if write.only_checks() => Err(invalid("a check by itself writes nothing")),
            Ask::Write(write) => self.write(&[write], now).map(|()| Answer::Written),
            Ask::Transact { token, writes } => {
                let token = format!("{token:?}");
                if let Some((at, known)) = self.tokens.get(&token)
                    && *at + TOKEN_KEPT > now
                {
                    return if *known == writes {
                        Ok(Answer::Written)
                    } else {
                        Err(invalid("the token stands for another transaction"))
                    };
                }
                self.write(&writes, now)?;
                self.tokens.insert(token, (now, writes));
                Ok(Answer::Written)
            }
        }
    }

    fn write(&mut self, writes: &[Write], now: Duration) -> Result<(), Error> {
        if writes.is_empty() || writes.len() > TRANSACTION_MAX {
            return Err(invalid("none, or more than a hundred writes"));
        }
        let mut places = Vec::new();
        for write in writes {
            let place = self.table(write.table())?.key.place(write.addressed())?;
            let named = (write.table(), place);
            if places.contains(&named) {
                return Err(invalid("one item twice in a transaction"));
            }
            places.push(named);
        }
        let stands = |(table, place): &(&str, Place)| self.tables[*table].items.get(place).cloned();
        let old: Vec<Option<Item>> = places.iter().map(stands).collect();
        let refused = writes
            .iter()
            .zip(&old)
            .filter(|(write, item)| !write.may(item.as_ref()));
        let refused: Vec<RefusedWrite> = refused
            .map(|(write, item)| RefusedWrite {
                label: write.label(),
                item: item.clone(),
            })
            .collect();
        if !refused.is_empty() && self.broken != Some(Broken::Conditions) {
            return Err(Error::Refused(refused));
        }
        let changes: Vec<_> = places
            .into_iter()
            .map(|(table, place)| (table.to_owned(), place))
            .collect();
        let torn = self.broken == Some(Broken::Transactions);
        let many = if torn {
            writes.len().div_ceil(2)
        } else {
            writes.len()
        };
        for ((write, old), (name, place)) in writes.iter().zip(old).zip(changes).take(many) {
            let lost = self.broken == Some(Broken::Settings) && name == "SettingsTable";
            if write.only_checks() || lost {
                continue;
            }
            let new = write.carried_out(old.as_ref());
            let table = Arc::make_mut(self.tables.get_mut(&name).ok_or_else(no_table)?);
            match new {
                Some(item) => drop(table.items.insert(place.clone(), item)),
                None => drop(table.items.remove(&place)),
            }
            self.log.push(Before {
                at: now,
                table: name,
                place,
                item: old,
            });
        }
        Ok(())
    }

    /// An item as it stood then.
    fn stood(&self, table: &str, place: &Place, then: Duration) -> Option<Item> {
        let changes = self.log.iter().filter(|before| before.at > then);
        let mut own = changes.filter(|before| before.table == table && before.place == *place);
        match own.next() {
            Some(before) => before.item.clone(),
            None => self.tables.get(table)?.items.get(place).cloned(),
        }
    }

    fn item(&self, table: &str, key: &Item, then: Duration) -> Result<Option<Item>, Error> {
        let place = self.table(table)?.key.place(key)?;
        Ok(self.stood(table, &place, then))
    }

    fn batch(&self, wanted: Vec<Keys>, until: &dyn Fn(bool) -> Duration) -> Result<Answer, Error> {
        let mut found: HashMap<String, Vec<Item>> = HashMap::new();
        for Keys {
            table,
            keys,
            consistent,
        } in wanted
        {
            for key in &keys {
                let item = self.item(&table, key, until(consistent))?;
                found.entry(table.clone()).or_default().extend(item);
            }
        }
        Ok(Answer::Items(found))
    }

    fn query(&self, query: Query, forward: bool, then: Duration) -> Result<Page, Error> {
        let table = self.table(&query.table)?;
        let index = match query.index {
            None => &table.key,
            Some(name) => table.indexes.get(name).ok_or_else(no_table)?,
        };
        if query.index.is_some() && query.consistent {
            return Err(invalid("an index has no consistent reads"));
        }
        let (partition, wanted) = query.partition;
        if partition != index.partition {
            return Err(invalid("another partition than the index has"));
        }
        let wanted = cell(&wanted);
        let (from, up_to) = (
            query.from.as_ref().map(cell),
            query.up_to.as_ref().map(|(_, to)| cell(to)),
        );
        let in_range = |at: &Cell| {
            from.as_ref().is_none_or(|from| at >= from) && up_to.as_ref().is_none_or(|to| at <= to)
        };
        let items = self.as_of(&query.table, then);
        let mut found: Vec<_> = items
            .iter()
            .filter_map(|(place, item)| {
                let at = index.place(item).ok()?;
                (at.0 == wanted && in_range(&at.1)).then_some(((at.1, place.clone()), item))
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        if !forward {
            found.reverse();
        }
        if let Some(start) = &query.start {
            let at = (index.place(start)?.1, table.key.place(start)?);
            found.retain(|(here, _)| if forward { *here > at } else { *here < at });
        }
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = found.len() >= limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|(_, item)| key_of(item, &[&table.key, index]));
        let items = found
            .into_iter()
            .map(|(_, item)| index.shown(item.clone(), &table.key))
            .collect();
        Ok(Page { items, next })
    }

    /// A table's items as they stood then.
    fn as_of(&self, table: &str, then: Duration) -> Cow<'_, BTreeMap<Place, Item>> {
        static NONE: BTreeMap<Place, Item> = BTreeMap::new();
        let items = self.tables.get(table).map_or(&NONE, |table| &table.items);
        let changed = |before: &&Before| before.at > then && before.table == table;
        if !self.log.iter().any(|before| changed(&before)) {
            return Cow::Borrowed(items);
        }
        let mut items = items.clone();
        for before in self.log.iter().rev().filter(changed) {
            match &before.item {
                Some(item) => drop(items.insert(before.place.clone(), item.clone())),
                None => drop(items.remove(&before.place)),
            }
        }
        Cow::Owned(items)
    }

    fn scan(&self, table: &str, start: Option<&Item>, limit: Option<usize>) -> Result<Page, Error> {
        let table = self.table(table)?;
        let start = start.map(|start| table.key.place(start)).transpose()?;
        let rest = table
            .items
            .iter()
            .filter(|(place, _)| start.as_ref().is_none_or(|start| *place > start));
        let mut items: Vec<Item> = rest.map(|(_, item)| item.clone()).collect();
        let limit = limit.unwrap_or(usize::MAX);
        let more = items.len() >= limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| more)
            .map(|item| key_of(item, &[&table.key]));
        Ok(Page { items, next })
    }

    fn search(&self, search: &Search) -> Result<Page, Error> {
        let limit = search.limit.and_then(|limit| usize::try_from(limit).ok());
        let page = self.scan(&search.table, search.start.as_ref(), limit)?;
        let having = page
            .items
            .into_iter()
            .filter(|item| item.contains_key(search.having));
        let wanted = |item: Item| {
            let mut shown = Item::new();
            for path in search.attributes {
                project(&item, path, &mut shown);
            }
            shown
        };
        Ok(Page {
            items: having.map(wanted).collect(),
            next: page.next,
        })
    }

    fn table(&self, name: &str) -> Result<&Table, Error> {
        self.tables.get(name).map(AsRef::as_ref).ok_or_else(no_table)
    }
}

impl Index {
    fn read(of: &Value) -> Self {
        let part = |kind: &str| {
            let mut parts = of["KeySchema"].as_sequence().into_iter().flatten();
            let part = parts.find(|part| part["KeyType"] == kind)?;
            part["AttributeName"].as_str().map(str::to_owned)
        };
        let named = of["Projection"]["NonKeyAttributes"].as_sequence();
        let named = named.into_iter().flatten().filter_map(Value::as_str);
        let projected = match of["Projection"]["ProjectionType"].as_str() {
            Some("KEYS_ONLY") => Some(Vec::new()),
            Some("INCLUDE") => Some(named.map(str::to_owned).collect()),
            _ => None,
        };
        Self {
            partition: part("HASH").expect("a partition key"),
            sort: part("RANGE"),
            projected,
        }
    }

    /// Where an item stands; `Err` if it has no such key.
    fn place(&self, item: &Item) -> Result<Place, Error> {
        let part = |name: &String| match item.get(name).map(cell) {
            None | Some(Cell::Nothing) => Err(invalid("an item without its key")),
            Some(Cell::Text(text)) if text.is_empty() => Err(invalid("an empty key")),
            Some(cell) => Ok(cell),
        };
        let sort = self.sort.as_ref().map_or(Ok(Cell::Nothing), part)?;
        Ok((part(&self.partition)?, sort))
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.partition).chain(&self.sort)
    }

    /// What the index has of an item.
    fn shown(&self, item: Item, key: &Self) -> Item {
        let Some(projected) = &self.projected else {
            return item;
        };
        let has = |name: &String| {
            projected.contains(name) || self.names().chain(key.names()).any(|key| key == name)
        };
        item.into_iter().filter(|(name, _)| has(name)).collect()
    }
}

fn key_of(item: &Item, of: &[&Index]) -> Item {
    let names = of.iter().flat_map(|index| index.names());
    let parts = names.filter_map(|name| Some((name.clone(), item.get(name)?.clone())));
    parts.collect()
}

fn project(item: &Item, path: &[&str], into: &mut Item) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    let Some(value) = item.get(*name) else { return };
    if rest.is_empty() {
        into.insert((*name).to_owned(), value.clone());
    } else if let AttributeValue::M(members) = value {
        let mut inner = match into.remove(*name) {
            Some(AttributeValue::M(inner)) => inner,
            _ => Item::new(),
        };
        project(members, rest, &mut inner);
        if !inner.is_empty() {
            into.insert((*name).to_owned(), AttributeValue::M(inner));
        }
    }
}

fn cell(value: &AttributeValue) -> Cell {
    match value {
        AttributeValue::S(text) => Cell::Text(text.clone()),
        AttributeValue::N(number) => number.parse().map_or(Cell::Nothing, Cell::Number),
        _ => Cell::Nothing,
    }
}

fn invalid(why: &'static str) -> Error {
    Error::Invalid(why.into())
}

fn no_table() -> Error {
    Error::NotSetUp("no such table or index".into())
}
