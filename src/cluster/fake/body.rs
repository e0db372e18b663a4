//! The body of a response, complete or broken.

use super::watches::Watching;
use bytes::Bytes;
use hyper::body::Frame;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The size of the parts in which a body arrives.
const PART: usize = 1000;

/// How a body ends in the middle.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken {
    /// The connection is closed.
    Closed,
    /// The server says that the body is complete.
    Short,
    /// The rest never arrives.
    Stalled,
}

/// The parts of a body.
pub(crate) struct Body {
    parts: VecDeque<Bytes>,
    end: Option<Broken>,
    /// More parts arrive with time.
    watch: Option<Watching>,
}

impl Body {
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        let bytes = Bytes::from(bytes);
        let parts = (0..bytes.len()).step_by(PART);
        Self {
            parts: parts.map(|at| bytes.slice(at..bytes.len().min(at + PART))).collect(),
            end: None,
            watch: None,
        }
    }

    pub(super) fn of_watch(watch: Watching) -> Self {
        Self { parts: VecDeque::new(), end: None, watch: Some(watch) }
    }

    /// Returns all bytes.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.parts.into_iter().flatten().collect()
    }

    /// Drops the second half.
    pub(super) fn cut(self, how: Broken) -> Self {
        let all = self.bytes();
        Self { end: Some(how), ..Self::whole(all[..all.len() / 2].to_vec()) }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(watch) = &mut self.watch {
            return watch.poll(context).map(|part| part.map(|bytes| bytes.map(Frame::data)));
        }
        match (self.parts.pop_front(), self.end) {
            (Some(part), _) => Poll::Ready(Some(Ok(Frame::data(part)))),
            (None, None | Some(Broken::Short)) => Poll::Ready(None),
            (None, Some(Broken::Closed)) => {
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionReset, "connection reset"))))
            }
            (None, Some(Broken::Stalled)) => Poll::Pending,
        }
    }
}
