//! The features API over the local cloud's tables: who may ask what, and what is answered.

mod admin;
mod app;
mod auth;
mod buying;
mod canceling;
mod dead_letters;
mod explained;
mod features;
mod gallery;
mod guards;
mod live;
mod me;
mod ofrep;
mod panel;
mod payments;
mod promos;
mod racers;
mod requests;
mod roles;
mod service;
mod shop;
mod uses;

/// A customer.
const ANNA: i64 = 1001;
/// Another.
const BORIS: i64 = 1002;
