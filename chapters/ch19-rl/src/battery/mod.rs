//! Beyond the book: a battery that trades electricity.

mod market;
mod prices;
pub mod project;
mod traders;

pub use market::{ACTIONS, Battery, BatteryMarket, WIDTH, WINDOW};
pub use prices::{HOURS, PUBLISHED, PriceError, Prices};
pub use traders::{Trader, optimum, trade};
