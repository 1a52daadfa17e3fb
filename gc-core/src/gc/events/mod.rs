//! Collections as events for other tools: spans of `tracing`, and metrics.
//!
//! Both are [callbacks](super::callbacks) like those of the program: for one thread, until they are removed.

#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "metrics")]
#[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
pub use self::metrics::to_metrics;
#[cfg(feature = "tracing")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
pub use self::tracing::to_tracing;
