//! Chapter 15: modelling sequences with recurrent networks.
#![recursion_limit = "256"]

pub mod bench;
pub mod by_hand;
pub mod char_model;
pub mod charlm;
pub mod generate;
pub mod manual;
pub mod parity;
pub mod reading;
pub mod sampling;
pub mod saved;
pub mod sentiment;
pub mod sentiment_data;
pub mod sentiment_figures;
pub mod sentiment_model;
pub mod sentiment_predict;
pub mod two_layers;
pub mod word_counts;

pub use mlbook::data::text::corpus;
