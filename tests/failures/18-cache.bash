family 18 "NOT_INITIALIZED: no memory for a library, or a cache that is not writable"

# https://github.com/deepchem/deepchem/issues/1150
F314() { well_host; user 1000 1000 44; home "Permission denied" "mode 0755 root:root"; top cache-not-writable; mended_by 'sudo chown -R "$USER" ~/.nv'; shown_by "belongs to user 0"; }

mechanism_path() { well_host; user 1000 1000; variable CUDA_CACHE_PATH=/opt/cache; file /opt/cache "Permission denied" "mode 0755 root:root"; top cache-not-writable; mended_by "unset CUDA_CACHE_PATH"; }
# What works shows that it does no harm.
healthy_all_the_same() { well_host; user 1000 1000; home "Permission denied" "mode 0755 root:root"; answering; nothing; }
healthy_disabled() { well_host; user 1000 1000; variable CUDA_CACHE_DISABLE=1; home "Permission denied" "mode 0755 root:root"; nothing; }
healthy_own() { well_host; user 1000 1000; home "mode 0755 1000:1000"; nothing; }
