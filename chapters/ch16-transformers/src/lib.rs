//! Chapter 16: transformers, attention and pretrained language models.
#![recursion_limit = "256"]

pub mod batches;
pub mod bench_bert;
pub mod classes;
pub mod classify;
pub mod distilbert;
pub mod embed;
pub mod encoder;
pub mod finetune;
pub mod full_size;
pub mod head;
pub mod imdb;
pub mod judge;
pub mod minilm;
pub mod own_texts;
pub mod parity_bert;
pub mod reviews;
pub mod scratch;
pub mod sentences;
pub mod trainer;
