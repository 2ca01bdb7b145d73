//! A transaction that writes.

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};

use super::{Engine, Statement};
use crate::StoreError;

/// A transaction that writes. Dropped without [`Self::commit`] or [`Self::rollback`] (its caller went away), it closes its
/// connection, which undoes it: a connection with an open transaction never goes back to its pool.
pub(crate) struct WriteTransaction {
    connection: PoolConnection<Any>,
    engine: Engine,
    is_open: bool,
}

impl WriteTransaction {
    pub(super) async fn begin(connection: PoolConnection<Any>, engine: Engine) -> Result<Self, StoreError> {
        let mut transaction = Self { connection, engine, is_open: true };
        Statement::fixed(engine.begin()).execute(transaction.connection()).await?;
        Ok(transaction)
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    /// Makes everything durable.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        Statement::fixed("COMMIT").execute(self.connection()).await?;
        self.is_open = false;
        Ok(())
    }

    /// Undoes everything. If that fails, dropping closes the connection, which undoes it too.
    pub(crate) async fn rollback(mut self) {
        self.is_open = Statement::fixed("ROLLBACK").execute(self.connection()).await.is_err();
    }
}

impl Drop for WriteTransaction {
    fn drop(&mut self) {
        if self.is_open {
            self.connection.close_on_drop();
        }
    }
}
