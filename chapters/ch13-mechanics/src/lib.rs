//! Chapter 13: the mechanics of automatic gradients, modules and training.
#![recursion_limit = "256"]

pub mod bench;
pub mod data_module;
pub mod engine;
pub mod engine_handlers;
pub mod engines;
pub mod examples;
pub mod graphs;
pub mod learner;
pub mod learner_fit;
pub mod learner_steps;
pub mod learner_test;
pub mod losses;
pub mod mlp;
pub mod mnist;
pub mod mpg;
pub mod mpg_data;
pub mod mpg_net;
pub mod noisy;
pub mod parity;
pub mod regression;
pub mod running_accuracy;
pub mod tensorboard;
pub mod xor;
pub mod xor_data;
pub mod xor_nets;
