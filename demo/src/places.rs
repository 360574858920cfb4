//! How many connections there are: in all, and of each client.

use alloc::sync::Arc;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::Limits;
use crate::network::Network;

/// Places for connections.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    most_of_one: usize,
    taken: Mutex<HashMap<Network, usize>>,
}

/// One place of all; free again when this is dropped.
pub(crate) type Place = OwnedSemaphorePermit;

/// One of the places of a client; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct ClientPlace {
    places: Arc<Places>,
    client: Network,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        let all = Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS));
        let most_of_one = limits.connections_per_address;
        Arc::new(Self { all: Arc::new(all), most_of_one, taken: Mutex::default() })
    }

    /// Nothing if there is none left.
    pub(crate) fn take(&self) -> Option<Place> {
        Arc::clone(&self.all).try_acquire_owned().ok()
    }

    /// Nothing if the client has all of its.
    pub(crate) fn take_for(self: &Arc<Self>, client: Network) -> Option<ClientPlace> {
        let mut taken = self.taken();
        let count = taken.entry(client).or_default();
        if *count >= self.most_of_one {
            return None;
        }
        *count = count.saturating_add(1);
        drop(taken);
        Some(ClientPlace { places: Arc::clone(self), client })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ClientPlace {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(count) = taken.get_mut(&self.client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::net::IpAddr;

    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_was_left() {
        let limits = Limits { connections: 3, connections_per_address: 2, ..Limits::default() };
        let places = Places::new(&limits);
        let [one, other] = ["192.0.2.1", "192.0.2.2"]
            .map(|address| Network::from(address.parse::<IpAddr>().unwrap()));
        let first = places.take_for(one).unwrap();
        let _second = places.take_for(one).unwrap();
        assert!(places.take_for(one).is_none());
        assert!(places.take_for(other).is_some());
        drop(first);
        assert!(places.take_for(one).is_some());

        let all: Vec<_> = (0..3).map(|_| places.take().unwrap()).collect();
        assert!(places.take().is_none());
        drop(all);
        assert!(places.take().is_some());
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let places = Places::new(&Limits::default());
        drop(places.take_for(IpAddr::from([192, 0, 2, 1]).into()));
        assert!(places.taken().is_empty());
    }
}
