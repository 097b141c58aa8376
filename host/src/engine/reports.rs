//! Reports: the rows of a business, with its hours, as of one moment of the engine's clock.

use baton_core::{BusinessId, Calendar};

use super::Engine;
use crate::api::{ReportError, ReportQuery};
use crate::report::{self, Gathered, Period, Report, Review};

impl Engine {
    /// Reads the rows of each business and makes one report of all of them. Days of the period are those of the first one.
    pub(super) fn make_report(&self, businesses: &[BusinessId], query: &ReportQuery) -> Result<Report, ReportError> {
        let now = self.now();
        let mut period = None;
        let mut parts: Vec<(BusinessId, &Calendar, Gathered)> = Vec::new();
        for business in businesses {
            let calendar = &self.tenant(business)?.business.calendar;
            let period = match period {
                Some(period) => period,
                None => *period.insert(Period::new(&query.since, &query.until, calendar, now)?),
            };
            let gathered = report::gather(&*self.world.store, business, period)?;
            parts.push((business.clone(), calendar, gathered));
        }
        let period = match period {
            Some(period) => period,
            None => Period::new(&query.since, &query.until, &Calendar::always(), now)?,
        };
        Ok(report::report(&parts, period, query.group_by, now))
    }

    pub(super) fn make_review(&self, business: &BusinessId, query: &ReportQuery) -> Result<Review, ReportError> {
        let now = self.now();
        let calendar = &self.tenant(business)?.business.calendar;
        let period = Period::new(&query.since, &query.until, calendar, now)?;
        Ok(report::review(&*self.world.store, business, period, now)?)
    }
}
