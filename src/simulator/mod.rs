//! A Twilio on loopback: for `scan --demo`, for trying things, and for tests.
//!
//! A stranger on the other end of the wire. It imports nothing of this crate, so that a wrong idea
//! of Twilio in the auditor cannot hide behind the same wrong idea here.
//!
//! It speaks plain http on 127.0.0.1. A request for `https://HOST/PATH` arrives as `/HOST/PATH`, or as
//! `/PATH` with a `Host` header that ends in `.twilio.com`. Links in its answers name the real hosts.
//!
//! What is simulated: who may read what (`access`), both styles of paging and every error body
//! (`answer`), and the resources of an [`Estate`]; `estate` documents the format in which one is
//! written, `endpoints.json` is the table of what is served. Trouble is ordered with a [`Fault`].
//!
//! What is not: writing, paging by token or number (the v3-style, porting and SCIM lists), Regions, and the
//! filters of lists apart from days of creation, usage periods, account status and sender channel.

mod access;
mod answer;
mod countries;
pub mod demo;
mod endpoints;
mod estate;
mod fault;
mod flight;
mod openapi;
mod row;
mod serve;
mod server;
mod usage;
mod when;
mod world;

pub use estate::{Credential, Estate, EstateError, sid};
pub use fault::{Fault, Trouble};
pub use server::{Options, Request, Simulator};
