key="$1/deploy_key"
[[ -s $key ]] || ssh-keygen -t ed25519 -N '' -f "$key" > /dev/null 2>&1 || exit 1
chmod 0600 -- "$key"
public=$(ssh-keygen -yf "$key") || exit 1
echo "The public half:" >&2
printf '%s\n' "$public"
