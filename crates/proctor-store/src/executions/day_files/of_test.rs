//! What a day file has of one test: the pages that can hold its rows, and no others. Files are sorted by test, and keep for each page the
//! first and the last test in it.

use std::ops::Range;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::page_index::column_index::ColumnIndexMetaData;

use super::OpenDayFile;
use crate::StoreError;

impl OpenDayFile {
    /// As [`Self::columns`], only of pages that can hold rows of the test with this ordinal: rows of its neighbours are among them.
    /// `None`: there is no such page.
    pub(crate) fn columns_near_test(&self, names: &[&str], ordinal: u32) -> Result<Option<RecordBatch>, StoreError> {
        let mut batches = Vec::new();
        for (number, group) in self.metadata().row_groups().iter().enumerate() {
            let rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let pages = self.pages_of_test(number, rows, ordinal);
            if !pages.is_empty() {
                let selection = RowSelection::from_consecutive_ranges(pages.into_iter(), rows);
                batches.extend(self.group_columns(names, number, Some(selection))?);
            }
        }
        if batches.is_empty() { Ok(None) } else { self.joined(names, batches).map(Some) }
    }

    /// Ranges of rows of a row group. All of them where the file does not tell.
    fn pages_of_test(&self, group: usize, rows: usize, ordinal: u32) -> Vec<Range<usize>> {
        let whole = || std::iter::once(0..rows).collect();
        let Some(column) = self.leaf("test") else { return whole() };
        let Some(index) = self.metadata().page_index() else { return whole() };
        let (known, places) = (index.column_index(group, column), index.offset_index(group, column));
        let (Some(ColumnIndexMetaData::INT32(known)), Some(places)) = (known, places) else { return whole() };
        let starts: Vec<usize> =
            places.page_locations().iter().map(|place| usize::try_from(place.first_row_index).unwrap_or(0)).chain([rows]).collect();
        // The bits of an ordinal are written as those of a signed number.
        let holds = |page: usize| match (known.min_value(page), known.max_value(page)) {
            (Some(first), Some(last)) => (first.cast_unsigned()..=last.cast_unsigned()).contains(&ordinal),
            _ => true,
        };
        starts.windows(2).enumerate().filter(|(page, _)| holds(*page)).map(|(_, rows)| rows[0]..rows[1]).collect()
    }
}
